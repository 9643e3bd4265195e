using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Hutong.IdentityLink.Tests.Hosting;

namespace Hutong.IdentityLink.Tests.Registration;

/// <summary>Two instances: developers come to the first, operators to the second, which knows Zhao as one.</summary>
internal sealed class RegistrationDesk(Testing.Servers servers, SimulatedPlatforms platforms) : IAsyncDisposable
{
    public const string Operator = "zhao";
    public const string Reason = "审核：资料齐全，主机属于申请人。";

    /// <summary>How long what one instance changed may take to be known at the other, with room for a busy machine.</summary>
    public static readonly TimeSpan Known = TimeSpan.FromSeconds(5);

    private readonly List<IDisposable> opened = [];

    public IdentityService Identity { get; } = new(servers, platforms);

    public async Task Open()
    {
        var settings = new Dictionary<string, string?> { ["PartnerCalls:ExemptHosts:0"] = "127.0.0.1", ["PartnerCalls:ExemptRegistered"] = "true" };
        await Identity.Start(settings);
        using var browser = new TestBrowser(() => Identity.Address, platforms.Port);
        await browser.SignIn(Operator);
        await Identity.StartAnother(new Dictionary<string, string?>(settings) { ["Operations:Operators:0"] = $"{await Identity.PersonOf(browser)}" });
    }

    public TestBrowser Browser(int instance = 0) => Keep(new TestBrowser(() => Identity.Instance(instance), platforms.Port));

    /// <summary>The API for whoever develops apps.</summary>
    public Task<HttpClient> Developer(string person = "li-na", string platform = "weibo", TestBrowser? browser = null) =>
        Api(person, platform, IdentityService.DeveloperConsole, "openid clients", instance: 0, browser);

    /// <summary>The API for Zhao.</summary>
    public Task<HttpClient> Desk() =>
        Api(Operator, "weibo", IdentityService.OperationsConsole, "openid operations", instance: 1, browser: null);

    /// <summary>As much as a client needs.</summary>
    public static JsonObject App(string name = "Noodles", string redirectUri = "https://noodles.example/callback") => new()
    {
        ["client_name"] = name,
        ["redirect_uris"] = new JsonArray(redirectUri),
        ["scope"] = "openid profile offline_access",
        ["grant_types"] = new JsonArray("authorization_code", "refresh_token"),
        ["contacts"] = new JsonArray("owner@noodles.example"),
    };

    public async Task<HttpClient> Api(string person, string platform, string console, string scope, int instance, TestBrowser? browser)
    {
        var own = browser is null ? Browser(instance) : null;
        using var party = new RelyingParty(() => Identity.Instance(instance), console);
        using var gateway = new RelyingParty(() => Identity.Instance(instance), IdentityService.Gateway);
        var answer = await (browser ?? own!).Follow(await (browser ?? own!).Get(party.AuthorizeAddress(("scope", scope))));
        if (answer.Location is null)
            answer = await (browser ?? own!).SignIn(answer, person, platform);
        var (status, tokens) = await party.Redeem(answer.LocationQuery["code"]);
        status.ShouldBe(HttpStatusCode.OK);
        var (_, exchanged) = await gateway.Exchange(tokens["access_token"]!.GetValue<string>(), "identity-link");
        var api = Keep(new HttpClient { BaseAddress = Identity.Instance(instance) });
        api.DefaultRequestHeaders.Authorization = new("Bearer", exchanged["access_token"]!.GetValue<string>());
        return api;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var one in opened)
            one.Dispose();
        await Identity.DisposeAsync();
    }

    private T Keep<T>(T one) where T : IDisposable
    {
        opened.Add(one);
        return one;
    }
}

/// <summary>What came back: the status, the body and the version.</summary>
internal sealed record ApiAnswer(HttpStatusCode Status, JsonObject Body, string? ETag)
{
    public string? Code => Body["code"]?.GetValue<string>();
}

internal static class RegistrationCalls
{
    private const string Path = "/identity/clients";

    public static string Id(this JsonObject client) => client["client_id"]!.GetValue<string>();

    public static string Secret(this JsonObject client) => client["client_secret"]!.GetValue<string>();

    public static string Text(this JsonObject body, string name) => body[name]!.GetValue<string>();

    public static Task<ApiAnswer> Register(this HttpClient api, JsonNode metadata, string? key = null) =>
        api.Call(HttpMethod.Post, Path, metadata, ("Idempotency-Key", key ?? Guid.NewGuid().ToString()));

    /// <summary>Has a developer register a client, and approves it.</summary>
    public static async Task<JsonObject> Approved(this HttpClient desk, HttpClient developer, JsonObject? metadata = null)
    {
        var client = await developer.Register(metadata ?? RegistrationDesk.App());
        client.Status.ShouldBe(HttpStatusCode.Created, client.Body.ToJsonString());
        (await desk.Decide(client.Body.Id(), "approve")).Status.ShouldBe(HttpStatusCode.NoContent);
        return client.Body;
    }

    public static Task<ApiAnswer> Read(this HttpClient api, string id) => api.Call(HttpMethod.Get, $"{Path}/{id}");

    public static Task<ApiAnswer> Listed(this HttpClient api, string query = "") => api.Call(HttpMethod.Get, Path + query);

    /// <summary>Changes a client as it was read last.</summary>
    public static async Task<ApiAnswer> Change(this HttpClient api, string id, Action<JsonObject> change)
    {
        var read = await api.Read(id);
        change(read.Body);
        return await api.Change(id, read.Body, read.ETag!);
    }

    public static Task<ApiAnswer> Change(this HttpClient api, string id, JsonObject metadata, string eTag) =>
        api.Call(HttpMethod.Put, $"{Path}/{id}", metadata, ("If-Match", eTag));

    public static Task<ApiAnswer> Rotate(this HttpClient api, string id, int? keepSeconds = null, string? key = null) =>
        api.Call(
            HttpMethod.Post, $"{Path}/{id}/secrets", new JsonObject { ["keep_previous_seconds"] = keepSeconds },
            ("Idempotency-Key", key ?? Guid.NewGuid().ToString()));

    public static Task<ApiAnswer> EndPrevious(this HttpClient api, string id) => api.Call(HttpMethod.Delete, $"{Path}/{id}/secrets/previous");

    public static Task<ApiAnswer> Retire(this HttpClient api, string id) => api.Call(HttpMethod.Delete, $"{Path}/{id}");

    /// <summary>An operator's look at a client.</summary>
    public static Task<ApiAnswer> LookAt(this HttpClient desk, string id) =>
        desk.Call(HttpMethod.Post, $"/identity/operations/clients/{id}", new JsonObject { ["reason"] = RegistrationDesk.Reason });

    /// <summary>An operator's decision on a client as it is now.</summary>
    public static async Task<ApiAnswer> Decide(this HttpClient desk, string id, string what, string reason = RegistrationDesk.Reason) =>
        await desk.Decide(id, what, (await desk.LookAt(id)).ETag!, reason);

    public static Task<ApiAnswer> Decide(this HttpClient desk, string id, string what, string eTag, string reason) =>
        desk.Call(HttpMethod.Post, $"/identity/operations/clients/{id}/{what}", new JsonObject { ["reason"] = reason }, ("If-Match", eTag));

    public static async Task<ApiAnswer> Call(
        this HttpClient api, HttpMethod method, string path, JsonNode? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (body is not null)
            request.Content = JsonContent.Create(body);
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        using var answer = await api.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return new(answer.StatusCode, text.Length == 0 ? [] : JsonNode.Parse(text)!.AsObject(), answer.Headers.ETag?.ToString());
    }
}
