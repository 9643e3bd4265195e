namespace Hutong.Messaging.Consuming;

/// <summary>
/// Lets messages of one key in one at a time, the lowest version first, and messages of different keys side by side,
/// up to a number. The broker's client hands messages to several threads, so that two of a key can arrive in either
/// order: one that finds its predecessor missing leaves its turn, and the predecessor overtakes it.
/// </summary>
/// <param name="slots">How many may have their turn at once.</param>
internal sealed class KeyTurns(SemaphoreSlim slots)
{
    /// <summary>Who waits, per key that somebody has the turn of.</summary>
    private readonly Dictionary<string, PriorityQueue<TaskCompletionSource, long>> waiting = new(StringComparer.Ordinal);

    /// <summary>Waits for a turn; dispose it to pass it on.</summary>
    public async Task<IDisposable> Take(string key, long version, CancellationToken cancellation)
    {
        if (Enter(key, version) is { } mine)
        {
            await using var cancelled = cancellation.Register(() => mine.TrySetCanceled(cancellation));
            await mine.Task;
        }
        try
        {
            await slots.WaitAsync(cancellation);
        }
        catch
        {
            PassOn(key);
            throw;
        }
        return new Turn(this, key);
    }

    /// <summary>Null when the turn is free; otherwise what completes when it comes.</summary>
    private TaskCompletionSource? Enter(string key, long version)
    {
        lock (waiting)
        {
            if (!waiting.TryGetValue(key, out var line))
            {
                waiting.Add(key, new PriorityQueue<TaskCompletionSource, long>());
                return null;
            }
            var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            line.Enqueue(mine, version);
            return mine;
        }
    }

    private void Leave(string key)
    {
        slots.Release();
        PassOn(key);
    }

    private void PassOn(string key)
    {
        lock (waiting)
        {
            var line = waiting[key];
            while (line.TryDequeue(out var next, out _))
            {
                if (next.TrySetResult())
                    return;
            }
            waiting.Remove(key);
        }
    }

    private sealed class Turn(KeyTurns turns, string key) : IDisposable
    {
        public void Dispose()
        {
            turns.Leave(key);
        }
    }
}
