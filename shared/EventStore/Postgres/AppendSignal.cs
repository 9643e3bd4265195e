namespace Hutong.EventStore.Postgres;

/// <summary>Wakes this process's log reader after a commit of its own. Commits of other processes are found by polling.</summary>
public sealed class AppendSignal : IDisposable
{
    private readonly SemaphoreSlim signal = new(0);
    private int pending;

    /// <summary>Something was committed.</summary>
    public void Set()
    {
        // One wake-up serves all commits before it.
        if (Interlocked.Exchange(ref pending, 1) == 0)
            signal.Release();
    }

    /// <summary>Waits for a commit, at most <paramref name="timeout"/>. One waiter at a time.</summary>
    public async Task<bool> Wait(TimeSpan timeout, CancellationToken cancellation)
    {
        if (!await signal.WaitAsync(timeout, cancellation))
            return false;
        Volatile.Write(ref pending, 0);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => signal.Dispose();
}
