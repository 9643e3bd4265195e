using Hutong.EventStore.Commands;

namespace Hutong.CommerceCard.Stock;

/// <summary>
/// Commands on one product's stock queue within this process instead of racing: each finds the version it read still
/// standing. Only other instances can be faster then, and each of those has one under way too. The exact versions keep
/// the stock right; the lanes keep buyers from losing round after round.
/// </summary>
internal sealed class ProductLanes
{
    /// <summary>Products share lanes by hash: enough that two busy products seldom do, few enough to keep for ever.</summary>
    private const int Lanes = 256;

    /// <summary>Rather than tell the buyer at the front of the queue to come back, a command that lost is run some rounds more.</summary>
    private const int Rounds = 5;

    private readonly SemaphoreSlim[] lanes = [.. Enumerable.Range(0, Lanes).Select(_ => new SemaphoreSlim(1, 1))];

    /// <summary>Runs a command in the product's lane.</summary>
    public async Task<Outcome<T>> Run<T>(string productId, Func<Task<Outcome<T>>> command, CancellationToken cancellation)
    {
        var lane = lanes[(uint)StringComparer.Ordinal.GetHashCode(productId) % Lanes];
        await lane.WaitAsync(cancellation);
        try
        {
            for (var round = 1; ; round++)
            {
                var outcome = await command();
                if (outcome.Rejection?.Code != Rejection.ConflictCode || round == Rounds)
                    return outcome;
            }
        }
        finally
        {
            lane.Release();
        }
    }
}
