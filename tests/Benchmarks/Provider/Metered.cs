using System.Diagnostics;

namespace Hutong.Benchmarks.Provider;

/// <summary>Load on a server, with what its process takes of its core for each event.</summary>
/// <param name="callers">Those who call, all at once.</param>
/// <param name="process">The server.</param>
internal sealed class Metered(IEnumerable<Action> callers, int process)
{
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan WarmUpTime = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestWarmUp = TimeSpan.FromSeconds(60);

    private readonly Func<TimeSpan, Task<Done>> load = Load.OnThreads([.. callers]);
    private TimeSpan used;
    private long events;

    /// <summary>Microseconds.</summary>
    public double PerEvent => used.TotalMicroseconds / events;

    /// <summary>
    /// Runs until the server has had its core for a while, however little of it there is now: both servers compile what they
    /// run often, in several steps, while they run.
    /// </summary>
    public async Task WarmUp()
    {
        for (var clock = Stopwatch.StartNew(); used < WarmUpTime && clock.Elapsed < LongestWarmUp;)
            await Run(Round);
        (used, events) = (TimeSpan.Zero, 0);
    }

    /// <summary>Runs for about the given time.</summary>
    public async Task<Done> Run(TimeSpan time)
    {
        var before = ProcessorTime.Of(process);
        var done = await load(time);
        used += ProcessorTime.Of(process) - before;
        events += done.Events;
        return done;
    }
}
