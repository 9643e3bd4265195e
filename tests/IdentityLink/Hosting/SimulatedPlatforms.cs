extern alias simulators;

using System.Net.Http.Json;
using Hutong.Launcher.Processes;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.Logging;

namespace Hutong.IdentityLink.Tests.Hosting;

/// <summary>The platform simulators on a port of their own, shared by the tests.</summary>
public sealed class SimulatedPlatforms : IAsyncDisposable
{
    public static readonly string[] Names = ["weibo", "qq", "wechat", "taobao", "jd", "linli"];

    private const string Secret = "app-secret";

    private readonly WebApplicationFactory<simulators::Program> factory;

    public SimulatedPlatforms()
    {
        Port = Ports.Free(1)[0];
        factory = new WebApplicationFactory<simulators::Program>().WithWebHostBuilder(host =>
        {
            host.UseUrls($"http://127.0.0.1:{Port}");
            foreach (var name in Names)
            {
                host.UseSetting($"Simulators:{name}:ClientId", AppKey);
                host.UseSetting($"Simulators:{name}:ClientSecret", Secret);
                host.UseSetting($"Simulators:{name}:RedirectUri", $"{IdentityService.Origin}/callback/{name}");
                host.UseSetting($"Simulators:{name}:BrowserAddress", $"http://{name}.localhost:{Port}");
            }
            host.UseSetting("Simulators:wechat:Others:0:ClientId", InAppKey);
            host.UseSetting("Simulators:wechat:Others:0:ClientSecret", Secret);
            host.UseSetting("Simulators:wechat:Others:0:RedirectUri", $"{IdentityService.Origin}/callback/wechat");
            host.ConfigureLogging(logging => logging.ClearProviders());
        });
        factory.UseKestrel();
        factory.StartServer();
    }

    public const string AppKey = "2871030915";

    /// <summary>Our app inside WeChat.</summary>
    public const string InAppKey = "2871030916";

    public int Port { get; }

    public string Api => $"http://localhost:{Port}";

    public string LinliIssuer => $"http://linli.localhost:{Port}/linli";

    /// <summary>What Identity-Link is told of the platforms.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Settings()
    {
        foreach (var name in Names)
        {
            yield return new($"Platforms:{name}:ApiAddress", Api);
            yield return new($"Platforms:{name}:ClientId", AppKey);
            yield return new($"Platforms:{name}:ClientSecret", Secret);
        }
        yield return new("Platforms:weibo:AuthorizeAddress", $"http://weibo.localhost:{Port}/oauth2/authorize");
        yield return new("Platforms:qq:AuthorizeAddress", $"http://qq.localhost:{Port}/oauth2.0/authorize");
        yield return new("Platforms:taobao:AuthorizeAddress", $"http://taobao.localhost:{Port}/authorize");
        yield return new("Platforms:wechat:AuthorizeAddress", $"http://wechat.localhost:{Port}/connect/qrconnect");
        yield return new("Platforms:wechat:InApp:AuthorizeAddress", $"http://wechat.localhost:{Port}/connect/oauth2/authorize");
        yield return new("Platforms:wechat:InApp:ClientId", InAppKey);
        yield return new("Platforms:wechat:InApp:ClientSecret", Secret);
        yield return new("Platforms:jd:AuthorizeAddress", $"http://jd.localhost:{Port}/oauth2/to_login");
        yield return new("Platforms:jd:ApiAddress", $"{Api}/jd");
        yield return new("Platforms:jd:RouterAddress", Api);
        yield return new("Platforms:linli:Issuer", LinliIssuer);
        yield return new("Platforms:linli:Title:Chinese", "邻里通");
        yield return new("Platforms:linli:Title:English", "Linli");
        yield return new("Platforms:linli:Side", "Social");
    }

    /// <summary>Tells a platform to misbehave, as often as it says; see the simulators' README.</summary>
    public async Task Misbehave(string platform, string mode, int? calls = null, int milliseconds = 2000)
    {
        using var client = new HttpClient();
        using var answer = await client.PutAsJsonAsync($"{Api}/misbehave/{platform}", new { mode, calls, milliseconds });
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Has every platform behave again.</summary>
    public async Task Behave()
    {
        using var client = new HttpClient();
        foreach (var name in Names)
            (await client.DeleteAsync(new Uri($"{Api}/misbehave/{name}"))).EnsureSuccessStatusCode();
    }

    public ValueTask DisposeAsync() => factory.DisposeAsync();
}
