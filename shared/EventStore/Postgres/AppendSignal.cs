namespace Hutong.EventStore.Postgres;

/// <summary>Wakes this process's log reader after a commit of its own. Commits of other processes are found by polling.</summary>
public sealed class AppendSignal : IDisposable
{
    private readonly SemaphoreSlim signal = new(0, 1);

    /// <summary>Something was committed.</summary>
    public void Set()
    {
        try
        {
            signal.Release();
        }
        catch (SemaphoreFullException)
        {
            // Already signalled and not yet seen: one wake-up serves both.
        }
    }

    /// <summary>Waits for a commit, at most <paramref name="timeout"/>.</summary>
    public Task<bool> Wait(TimeSpan timeout, CancellationToken cancellation) => signal.WaitAsync(timeout, cancellation);

    /// <inheritdoc/>
    public void Dispose() => signal.Dispose();
}
