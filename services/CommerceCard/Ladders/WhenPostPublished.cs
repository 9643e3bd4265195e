using Hutong.Contracts;
using Hutong.EventStore;
using Hutong.Messaging;
using Npgsql;

namespace Hutong.CommerceCard.Ladders;

/// <summary>Remembers who wrote a post that shows a product, also one that is not listed here yet.</summary>
internal sealed class WhenPostPublished(NpgsqlDataSource database, IEventStore store) : IHandle<PostPublished>
{
    public async Task<UnitOfWork> Handle(PostPublished message, Delivery delivery, CancellationToken cancellation)
    {
        if (message.ProductId is not { } productId)
            return UnitOfWork.Empty;
        var tally = await Streams.Tallies.Load(database, store, productId, cancellation);
        var posted = new ProductPosted(message.PostId, message.AuthorId, message.PublishedAt);
        return Streams.Tallies.Advance(UnitOfWork.Empty, tally, posted).With(LadderRows.Of(productId, posted));
    }
}
