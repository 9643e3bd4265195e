using System.Diagnostics;

namespace Hutong.Benchmarks;

/// <summary>Runs one operation over and over on several callers at once.</summary>
internal static class Load
{
    /// <param name="callers">How many call at once.</param>
    /// <param name="events">Events per call.</param>
    /// <param name="call">The operation.</param>
    public static Func<TimeSpan, Task<Done>> Run(int callers, int events, Func<Task> call) => async time =>
    {
        var clock = Stopwatch.StartNew();
        var counts = await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            var done = 0L;
            while (clock.Elapsed < time)
            {
                await call();
                done += events;
            }
            return done;
        })));
        return new Done(counts.Sum(), clock.Elapsed);
    };

    /// <summary>Runs operations that block, one event each, every caller on a thread of its own: the least a caller can cost.</summary>
    public static Func<TimeSpan, Task<Done>> OnThreads(IReadOnlyCollection<Action> callers) => async time =>
    {
        var clock = Stopwatch.StartNew();
        var counts = await Task.WhenAll(callers.Select(call => Task.Factory.StartNew(
            () =>
            {
                var done = 0L;
                for (; clock.Elapsed < time; done++)
                    call();
                return done;
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        return new Done(counts.Sum(), clock.Elapsed);
    };
}
