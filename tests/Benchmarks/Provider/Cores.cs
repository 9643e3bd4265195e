using System.Diagnostics;

namespace Hutong.Benchmarks.Provider;

/// <summary>Who runs on which core: a server has the first to itself, everything else shares the second.</summary>
internal static class Cores
{
    private const string Server = "0";
    private const string Others = "1";

    /// <summary>Puts this process on the second core, and with it whatever it starts.</summary>
    public static async Task TakeSecond()
    {
        if (Environment.ProcessorCount < 2)
            throw new InvalidOperationException("This takes two cores: one for a server alone.");
        // It tells of every thread.
        using var taskset = Process.Start(new ProcessStartInfo(
            "taskset", ["--all-tasks", "--cpu-list", "--pid", Others, $"{Environment.ProcessId}"]) { RedirectStandardOutput = true })!;
        await taskset.StandardOutput.ReadToEndAsync();
        await taskset.WaitForExitAsync();
        if (taskset.ExitCode != 0)
            throw new InvalidOperationException("taskset failed.");
    }

    /// <summary>A program on the first core, as arguments of <c>taskset</c>.</summary>
    public static IReadOnlyList<string> First(params IReadOnlyList<string> program) => ["--cpu-list", Server, .. program];
}
