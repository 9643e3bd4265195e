using Hutong.Attribution.Crediting;
using Hutong.Attribution.Touches;
using Hutong.Contracts;
using Hutong.EventStore;
using Hutong.Messaging;

namespace Hutong.Attribution.Posts;

/// <summary>An original begins a repost tree; credit that waited for it is stated anew.</summary>
internal sealed class WhenPostPublished(CreditingOrders crediting) : IHandle<PostPublished>
{
    public Task<UnitOfWork> Handle(PostPublished message, Delivery delivery, CancellationToken cancellation) => crediting.Arrive(
        new PostNoted(message.PostId, message.AuthorId, null, message.PostId, 0, message.ProductId, message.PublishedAt), cancellation);
}

/// <summary>A repost extends its tree, and is a touch of the one who passed it on.</summary>
internal sealed class WhenPostReposted(CreditingOrders crediting) : IHandle<PostReposted>
{
    public async Task<UnitOfWork> Handle(PostReposted message, Delivery delivery, CancellationToken cancellation)
    {
        var arrived = await crediting.Arrive(
            new PostNoted(
                message.PostId, message.AuthorId, message.ParentId, message.RootId, message.Depth, message.ProductId, message.RepostedAt),
            cancellation);
        // Any version: passing a post on decides nothing about the credit of the reposter's own orders.
        return arrived.Appends.Count == 0
            ? arrived
            : arrived.With(new StreamAppend(
                Trail.StreamOf(message.AuthorId),
                Expected.Any,
                [new RepostRecorded(message.PostId, message.ParentId, message.ProductId, message.RepostedAt)]));
    }
}
