using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hutong.Simulators.Tests;

/// <summary>The simulators in memory, with a clock that the test moves and one further app at each platform.</summary>
public sealed class SimulatedPlatforms : IDisposable
{
    public const string Redirect = "http://localhost:8080/callback/weibo";

    private static readonly string[] Names = ["weibo", "qq", "wechat", "taobao", "jd", "linli"];

    private readonly WebApplicationFactory<Program> _factory;

    public SimulatedPlatforms()
    {
        _factory = new WebApplicationFactory<Program>().WithWebHostBuilder(host =>
        {
            foreach (var platform in Names)
            {
                host.UseSetting($"Simulators:{platform}:ClientId", "1001");
                host.UseSetting($"Simulators:{platform}:ClientSecret", "one");
                host.UseSetting($"Simulators:{platform}:RedirectUri", "http://localhost:8080/callback");
                host.UseSetting($"Simulators:{platform}:Others:0:ClientId", "2002");
                host.UseSetting($"Simulators:{platform}:Others:0:ClientSecret", "two");
                host.UseSetting($"Simulators:{platform}:Others:0:RedirectUri", "http://localhost:8080/callback");
            }
            host.ConfigureLogging(logging => logging.ClearProviders());
            host.ConfigureServices(services => services.AddSingleton<TimeProvider>(Clock));
        });
        Browser = _factory.CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false });
    }

    public ManualClock Clock { get; } = new();

    public HttpClient Browser { get; }

    public static string AuthorizeAddress(
        string path, string redirect = Redirect, string client = "1001", string state = "s", string? scope = null,
        string? responseType = "code") =>
        QueryHelpers.AddQueryString(path, new Dictionary<string, string?>
        {
            [ClientParameter(path)] = client,
            ["redirect_uri"] = redirect,
            ["state"] = state,
            ["scope"] = scope,
            ["response_type"] = responseType,
        });

    /// <summary>What a platform calls the app's key.</summary>
    public static string ClientParameter(string path) => path switch
    {
        "/oauth2/to_login" => "app_key",
        _ when path.StartsWith("/connect/", StringComparison.Ordinal) => "appid",
        _ => "client_id",
    };

    /// <summary>Posts the authorize page's form and returns the address the browser is sent to.</summary>
    public async Task<Uri> Decide(string authorizeAddress, string person, string decision = "authorize")
    {
        using var form = Form(("person", person), ("decision", decision));
        using var answer = await Browser.PostAsync(authorizeAddress, form);
        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        return answer.Headers.Location!;
    }

    public async Task<string> Code(string authorizeAddress, string person) =>
        QueryHelpers.ParseQuery((await Decide(authorizeAddress, person)).Query)["code"].ToString();

    public async Task<(HttpStatusCode Status, JsonObject Body, string? ContentType)> Post(
        string path, params (string Name, string Value)[] parameters)
    {
        using var form = Form(parameters);
        using var answer = await Browser.PostAsync(path, form);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject(),
            answer.Content.Headers.ContentType?.ToString());
    }

    public async Task<(HttpStatusCode Status, JsonNode Body)> Get(string path, params (string Name, string? Value)[] parameters) =>
        await Get(Address(path, parameters));

    public async Task<(string Text, string? ContentType)> GetText(string path, params (string Name, string? Value)[] parameters)
    {
        using var answer = await Browser.GetAsync(Address(path, parameters));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return (await answer.Content.ReadAsStringAsync(), answer.Content.Headers.ContentType?.ToString());
    }

    /// <summary>Tells a platform to misbehave.</summary>
    public async Task<HttpStatusCode> Misbehave(string platform, string instruction)
    {
        using var content = new StringContent(instruction, System.Text.Encoding.UTF8, "application/json");
        using var answer = await Browser.PutAsync($"/misbehave/{platform}", content);
        return answer.StatusCode;
    }

    public async Task<(HttpStatusCode Status, JsonNode Body)> Get(string address)
    {
        using var answer = await Browser.GetAsync(address);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!);
    }

    public void Dispose()
    {
        Browser.Dispose();
        _factory.Dispose();
    }

    private static string Address(string path, (string Name, string? Value)[] parameters) =>
        QueryHelpers.AddQueryString(path, parameters.Select(p => KeyValuePair.Create(p.Name, p.Value)));

    private static FormUrlEncodedContent Form(params (string Name, string Value)[] parameters) =>
        new(parameters.Select(parameter => KeyValuePair.Create(parameter.Name, parameter.Value)));
}

/// <summary>A clock that stands still until it is moved.</summary>
public sealed class ManualClock : TimeProvider
{
    private DateTimeOffset _now = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => _now;

    public void Advance(TimeSpan time) => _now += time;
}
