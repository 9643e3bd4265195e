using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Hutong.EventStore;

namespace Hutong.Attribution.Posts;

/// <summary>A post or repost is known. Stored as <c>post_noted</c>.</summary>
/// <param name="ParentId">The post it passes on; null for an original.</param>
/// <param name="RootId">The original; itself for an original.</param>
/// <param name="Depth">Distance from the original, 0 for it.</param>
public sealed record PostNoted(
    Guid PostId, Guid AuthorId, Guid? ParentId, Guid RootId, int Depth, string? ProductId, DateTimeOffset PublishedAt);

/// <summary>An order's credit waits for a post not heard of yet. Stored as <c>post_awaited</c>.</summary>
public sealed record PostAwaited(Guid PostId, Guid OrderId);

/// <summary>
/// A post as attribution needs it: stream <c>post-{id}</c>. Orders that wait for a post are events of its stream, so that
/// a post and an order that arrive at once conflict here, and whichever comes second sees the other.
/// </summary>
/// <param name="Noted">The post; null while only awaited.</param>
/// <param name="AwaitedBy">The orders whose credit must be stated anew when it arrives.</param>
public sealed record KnownPost(PostNoted? Noted, ImmutableHashSet<Guid> AwaitedBy)
{
    /// <summary>How the stream becomes the state.</summary>
    public static Fold<KnownPost> Fold { get; } = new(new KnownPost(null, []), Evolve);

    /// <summary>The stream of a post.</summary>
    public static string StreamOf(Guid postId) => $"post-{postId}";

    /// <summary>Decides to wait for the post; no events when the order waits already or the post is here.</summary>
    public IReadOnlyList<object> Await(Guid postId, Guid orderId) =>
        Noted is null && !AwaitedBy.Contains(orderId) ? [new PostAwaited(postId, orderId)] : [];

    private static KnownPost Evolve(KnownPost post, object e) => e switch
    {
        PostNoted noted => new KnownPost(noted, []),
        PostAwaited awaited => post with { AwaitedBy = post.AwaitedBy.Add(awaited.OrderId) },
        _ => post,
    };
}

/// <summary>The row a post owns, for walking up chains in one query.</summary>
internal static class PostRows
{
    public static Table<KnownPostRow> KnownPosts { get; } = new("known_post", PostRowJson.Default.KnownPostRow, "post_id");

    public static KnownPostRow Of(PostNoted e) =>
        new(e.PostId, e.AuthorId, e.ParentId, e.RootId, e.Depth, e.ProductId, e.PublishedAt);
}

internal sealed record KnownPostRow(
    Guid PostId, Guid AuthorId, Guid? ParentId, Guid RootId, int Depth, string? ProductId, DateTimeOffset PublishedAt);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(KnownPostRow))]
internal sealed partial class PostRowJson : JsonSerializerContext;
