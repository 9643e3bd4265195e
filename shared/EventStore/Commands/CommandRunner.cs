namespace Hutong.EventStore.Commands;

/// <summary>
/// Runs a command: load, decide, commit; on a conflict with another writer load and decide again. The one place
/// where concurrency conflicts are handled.
/// </summary>
public sealed class CommandRunner(IEventStore store)
{
    private const int Attempts = 4;

    /// <summary>
    /// Runs <paramref name="decide"/> and commits what it decides. On a conflict it is run again with fresh reads,
    /// three times; then the command is refused with <see cref="Rejection.ConflictCode"/>.
    /// </summary>
    /// <param name="decide">Reads what it needs and decides. May run several times: no effects of its own.</param>
    /// <param name="cancellation">Ends the command before its commit.</param>
    public async Task<Outcome<T>> Run<T>(Func<CancellationToken, Task<Decision<T>>> decide, CancellationToken cancellation = default)
    {
        for (var attempt = 1; ; attempt++)
        {
            var decision = await decide(cancellation);
            if (!decision.Outcome.Succeeded || decision.Work is not { } work)
                return decision.Outcome;

            switch (await store.Commit(work, cancellation))
            {
                case CommitResult.Committed or CommitResult.AlreadyHandled:
                    return decision.Outcome;
                case var _ when attempt == Attempts:
                    return new Rejection(Rejection.ConflictCode);
                default:
                    // Losers of one round would meet again in the next: spread them.
                    await Task.Delay(Random.Shared.Next(1, 5 * attempt), cancellation);
                    break;
            }
        }
    }
}
