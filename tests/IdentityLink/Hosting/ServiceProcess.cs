using Hutong.Launcher.Processes;
using Hutong.Testing;

namespace Hutong.IdentityLink.Tests.Hosting;

/// <summary>An instance in a process of its own, so that it can be killed like one.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);

    private readonly ChildProcess process;
    private readonly string log;

    private ServiceProcess(ChildProcess process, Uri address, string log) => (this.process, Address, this.log) = (process, address, log);

    public Uri Address { get; }

    /// <summary>Starts one on the database of a service that runs.</summary>
    public static async Task<ServiceProcess> Start(IdentityService identity)
    {
        var port = Ports.Free(1)[0];
        var settings = identity.SettingsAt(port).ToDictionary(setting => setting.Key.Replace(":", "__", StringComparison.Ordinal), setting => setting.Value);
        settings["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}";
        var log = Path.Combine(Path.GetTempPath(), $"identity-link-{Guid.NewGuid():N}.log");
        var process = await ChildProcess.Start(new ChildProcessOptions
        {
            Name = $"identity-link at {port}",
            Program = "dotnet",
            Arguments = [Path.Combine(AppContext.BaseDirectory, "Hutong.IdentityLink.dll")],
            Environment = settings,
            LogFile = log,
        });
        var started = new ServiceProcess(process, new Uri($"http://127.0.0.1:{port}"), log);
        await process.WaitUntilReady(new Uri(started.Address, "/jwks"), StartDeadline, TestContext.Current.CancellationToken);
        return started;
    }

    /// <summary>Ends it as <c>kill -9</c> does.</summary>
    public Task Kill() => process.Kill();

    public async ValueTask DisposeAsync()
    {
        await process.DisposeAsync();
        File.Delete(log);
    }
}
