using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace Hutong.Launcher.Walk;

/// <summary>What the steps prove with.</summary>
internal static class Check
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <exception cref="WalkException">It does not hold.</exception>
    public static void That([DoesNotReturnIf(false)] bool holds, string otherwise)
    {
        if (!holds)
            throw new WalkException(otherwise);
    }

    /// <summary>Reads again and again until what was read holds: for what becomes true a moment after its cause.</summary>
    /// <exception cref="WalkException">It did not become true in time; the message has what was read last.</exception>
    public static async Task<T> Until<T>(
        Func<Task<T>> read, Func<T, bool> holds, string otherwise, CancellationToken cancellation)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            var found = await read();
            if (holds(found))
                return found;
            if (waited.Elapsed > Deadline)
                throw new WalkException($"{otherwise} within {Deadline.TotalSeconds:0} s; it was {found}.");
            await Task.Delay(Interval, cancellation);
        }
    }
}
