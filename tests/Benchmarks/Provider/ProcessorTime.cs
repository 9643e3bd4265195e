using System.Globalization;

namespace Hutong.Benchmarks.Provider;

/// <summary>
/// What a process has used of its processor: unlike a rate, it hardly changes with what else the machine does meanwhile.
/// </summary>
internal static class ProcessorTime
{
    /// <summary>Of the kernel's interface, whatever the machine.</summary>
    private const double TicksPerSecond = 100;

    /// <summary>User and system time of a process since it started (proc_pid_stat(5)).</summary>
    public static TimeSpan Of(int process)
    {
        var text = File.ReadAllText($"/proc/{process}/stat");
        // The second field is the program's name in brackets, which may have spaces.
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return TimeSpan.FromSeconds((Number(fields[11]) + Number(fields[12])) / TicksPerSecond);
    }

    private static double Number(string field) => double.Parse(field, NumberStyles.None, CultureInfo.InvariantCulture);
}
