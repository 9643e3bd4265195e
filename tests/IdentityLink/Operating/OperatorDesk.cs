using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Hutong.EventStore;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Hutong.IdentityLink.Tests.Operating;

/// <summary>Two instances, of which the second knows Zhao as an operator, and the API as the gateway reaches it.</summary>
internal sealed class OperatorDesk(Testing.Servers servers, SimulatedPlatforms platforms) : IAsyncDisposable
{
    public const string Scope = "openid offline_access operations";
    public const string Operator = "zhao";
    public const string Reason = "工单 4711：李娜说她的账号不见了。";

    private readonly Dictionary<string, TestBrowser> browsers = [];

    public IdentityService Identity { get; } = new(servers, platforms);

    public async Task Open()
    {
        await Identity.InitializeAsync();
        await Identity.StartAnother(new Dictionary<string, string?> { ["Operations:Operators:0"] = $"{await PersonOf(Operator)}" });
    }

    public async Task<TestBrowser> BrowserOf(string person)
    {
        if (browsers.TryGetValue(person, out var known))
            return known;
        var browser = new TestBrowser(() => Identity.Address, platforms.Port);
        await browser.SignIn(person);
        return browsers[person] = browser;
    }

    public async Task<Guid> PersonOf(string person) => await Identity.PersonOf(await BrowserOf(person));

    /// <summary>What the token endpoint gives for a sign-in that asks for the operators' scope, at the instance that knows one.</summary>
    public async Task<JsonObject> TokensOf(string person, string client = IdentityService.OperationsConsole)
    {
        using var browser = new TestBrowser(() => Identity.Instance(1), platforms.Port);
        using var console = new RelyingParty(() => Identity.Instance(1), client);
        var page = await browser.Follow(await browser.Get(console.AuthorizeAddress(("scope", Scope))));
        var (status, tokens) = await console.Redeem((await browser.SignIn(page, person)).LocationQuery["code"]);
        status.ShouldBe(HttpStatusCode.OK);
        return tokens;
    }

    public async Task<HttpClient> Api(string person, string client = IdentityService.OperationsConsole)
    {
        var access = (await TokensOf(person, client))["access_token"]!.GetValue<string>();
        var api = new HttpClient { BaseAddress = Identity.Instance(1) };
        api.DefaultRequestHeaders.Authorization = new("Bearer", await InternalToken(access, instance: 1));
        return api;
    }

    public async Task<string> ScopeInside(string accessToken, int instance) =>
        new JsonWebToken(await InternalToken(accessToken, instance)).GetClaim("scope").Value;

    public async Task<object[]> EventsOf(Guid person) =>
        [.. (await Identity.Services.GetRequiredService<IEventStore>().ReadStream(Person.StreamOf(person))).Events.Select(e => e.Data)];

    public async Task<PersonViewedByOperator[]> LooksAt(Guid person) => [.. (await EventsOf(person)).OfType<PersonViewedByOperator>()];

    public async ValueTask DisposeAsync()
    {
        foreach (var browser in browsers.Values)
            browser.Dispose();
        await Identity.DisposeAsync();
    }

    private async Task<string> InternalToken(string accessToken, int instance)
    {
        using var gateway = new RelyingParty(() => Identity.Instance(instance), IdentityService.Gateway);
        return (await gateway.Exchange(accessToken, "identity-link")).Body["access_token"]!.GetValue<string>();
    }
}

internal static class OperatorCalls
{
    /// <summary>Sends an operator's request.</summary>
    public static async Task<(HttpStatusCode Status, JsonObject Body)> Operate(this HttpClient api, string path, object body)
    {
        using var answer = await api.PostAsJsonAsync(new Uri($"/identity/operations/{path}", UriKind.Relative), body);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject());
    }

    public static Task<(HttpStatusCode Status, JsonObject Body)> Look(this HttpClient api, Guid person, string at, string? reason) =>
        api.Operate($"persons/{person}/{at}", new { reason });
}
