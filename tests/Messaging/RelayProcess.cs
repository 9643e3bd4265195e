using System.Diagnostics;

namespace Hutong.Messaging.Tests;

/// <summary>A relay in a process of its own, to be killed, or stopped in its tracks and woken again.</summary>
internal sealed class RelayProcess : IAsyncDisposable
{
    private readonly Process process;

    private RelayProcess(Process process) => this.process = process;

    public static RelayProcess Start(Exchange exchange, params string[] more)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, UseShellExecute = false };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "Hutong.RelayHost.dll"), exchange.OriginDatabase, exchange.Broker, .. more])
            start.ArgumentList.Add(argument);
        return new RelayProcess(Process.Start(start)!);
    }

    /// <summary>Waits until it has killed itself.</summary>
    public async Task Died()
    {
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(40));
        process.ExitCode.ShouldBe(128 + 9);
    }

    public async Task Kill()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>Halts it as a machine does that swaps or a virtual one that is moved: it notices nothing.</summary>
    public Task Freeze() => Signal("STOP");

    public Task Wake() => Signal("CONT");

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            await Kill();
        process.Dispose();
    }

    private async Task Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{process.Id}"]);
        await kill.WaitForExitAsync();
        kill.ExitCode.ShouldBe(0);
    }
}
