namespace Hutong.Benchmarks.Provider;

/// <summary>Load on a server, with what its process takes of its core for each event.</summary>
/// <param name="callers">Those who call, all at once.</param>
/// <param name="process">The server.</param>
internal sealed class Metered(IEnumerable<Action> callers, int process)
{
    private const int LongestWarmUp = 20;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(2);

    private readonly Func<TimeSpan, Task<Done>> load = Load.OnThreads([.. callers]);
    private TimeSpan used;
    private long events;

    /// <summary>Microseconds.</summary>
    public double PerEvent => used.TotalMicroseconds / events;

    /// <summary>Runs until it gets no cheaper: both servers compile what they run often, in several steps, while they run.</summary>
    public async Task WarmUp()
    {
        var (best, since) = (double.MaxValue, 0);
        for (var round = 0; round < LongestWarmUp && since < 3; round++)
        {
            (used, events) = (TimeSpan.Zero, 0);
            await Run(Round);
            since = PerEvent < 0.95 * best ? 0 : since + 1;
            best = Math.Min(best, PerEvent);
        }
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
