using Hutong.Contracts;
using Hutong.EventStore;
using Hutong.Messaging;
using Npgsql;

namespace Hutong.CommerceCard.Ladders;

/// <summary>
/// Counts a repost towards the product's ladder, and drops the price when it reaches a step: one unit of work over the
/// reposts, the product's price and the person's claim.
/// </summary>
internal sealed class WhenPostReposted(NpgsqlDataSource database, IEventStore store) : IHandle<PostReposted>
{
    public async Task<UnitOfWork> Handle(PostReposted message, Delivery delivery, CancellationToken cancellation)
    {
        if (message.ProductId is not { } productId)
            return UnitOfWork.Empty;
        var product = await Streams.Products.Load(database, store, productId, cancellation);
        if (product.State is null)
            return UnitOfWork.Empty;
        // The original is another stream's message and may still be on its way: fail, and be tried again shortly.
        var rootAuthor = await LadderRows.Author(database, message.RootId, cancellation)
            ?? throw new InvalidOperationException($"The original {message.RootId} of repost {message.PostId} has not been heard of yet.");

        var tally = await Streams.Tallies.Load(database, store, productId, cancellation);
        var claimed = await LadderRows.IsClaimed(database, productId, message.AuthorId, cancellation);
        var repost = new Repost(message.PostId, message.AuthorId, rootAuthor, claimed, message.RepostedAt);
        var decided = RepostTally.Decide(tally.State, repost, product.State.Ladder is not null);

        var work = Streams.Tallies.Advance(UnitOfWork.Empty, tally, decided).With(LadderRows.Of(productId, decided));
        return decided is RepostCounted counted && product.State.Count(counted.Count) is { } dropped
            ? Streams.Products.Advance(work, product, dropped)
            : work;
    }
}
