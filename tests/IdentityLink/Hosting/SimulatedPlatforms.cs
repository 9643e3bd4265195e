extern alias simulators;

using Hutong.Launcher.Processes;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.Logging;

namespace Hutong.IdentityLink.Tests.Hosting;

/// <summary>The platform simulators on a port of their own, shared by the tests.</summary>
public sealed class SimulatedPlatforms : IAsyncDisposable
{
    public static readonly string[] Names = ["weibo", "taobao"];

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
                host.UseSetting($"Simulators:{name}:ClientSecret", "app-secret");
                host.UseSetting($"Simulators:{name}:RedirectUri", $"{IdentityService.Origin}/callback/{name}");
                host.UseSetting($"Simulators:{name}:BrowserAddress", $"http://{name}.localhost:{Port}");
            }
            host.ConfigureLogging(logging => logging.ClearProviders());
        });
        factory.UseKestrel();
        factory.StartServer();
    }

    public const string AppKey = "2871030915";

    public int Port { get; }

    public string Api => $"http://localhost:{Port}";

    public ValueTask DisposeAsync() => factory.DisposeAsync();
}
