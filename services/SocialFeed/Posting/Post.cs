using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Hutong.EventStore.PersonalData;

namespace Hutong.SocialFeed.Posting;

/// <summary>An author published a post. Stored as <c>post_published</c>.</summary>
/// <param name="Text">What was said, sealed with the author's key.</param>
/// <param name="ProductId">The product its first product link leads to; null for none.</param>
public sealed record PostPublished(Guid PostId, Guid AuthorId, Sealed Text, string? ProductId, DateTimeOffset PublishedAt);

/// <summary>A post was passed on, as a post of its own. Stored as <c>post_reposted</c>.</summary>
/// <param name="ParentId">The post it was reposted from.</param>
/// <param name="RootId">The original.</param>
/// <param name="Depth">Distance from the original.</param>
/// <param name="ProductId">The original's product.</param>
public sealed record PostReposted(
    Guid PostId, Guid AuthorId, Guid ParentId, Guid RootId, int Depth, string? ProductId, DateTimeOffset RepostedAt);

/// <summary>A post or repost: stream <c>post-{id}</c>.</summary>
/// <param name="Id">The post.</param>
/// <param name="AuthorId">Its author's person id.</param>
/// <param name="RootId">The original of its chain; itself for an original.</param>
/// <param name="Depth">0 for an original.</param>
/// <param name="ProductId">The product of the chain's card.</param>
public sealed record Post(Guid Id, Guid AuthorId, Guid RootId, int Depth, string? ProductId)
{
    /// <summary>The longest text, characters.</summary>
    public const int MaxTextLength = 2_000;

    /// <summary>The longest chain of reposts.</summary>
    public const int MaxDepth = 1_000;

    /// <summary>How the stream becomes the state; null until published.</summary>
    public static Fold<Post?> Fold { get; } = new(null, Evolve);

    /// <summary>The stream of a post.</summary>
    public static string StreamOf(Guid postId) => $"post-{postId}";

    private static Post? Evolve(Post? post, object e) => e switch
    {
        PostPublished p => new Post(p.PostId, p.AuthorId, p.PostId, 0, p.ProductId),
        PostReposted r => new Post(r.PostId, r.AuthorId, r.RootId, r.Depth, r.ProductId),
        _ => post,
    };

    /// <summary>Checks what somebody wants to say.</summary>
    /// <returns>The text without surrounding space, or a refusal.</returns>
    public static Outcome<string> CheckText(string? text) => text?.Trim() switch
    {
        null or "" => new Rejection(FeedProblems.TextMissing),
        { Length: > MaxTextLength } => new Rejection(FeedProblems.TextTooLong),
        var trimmed => trimmed,
    };

    /// <summary>Decides to pass this post on.</summary>
    public Outcome<PostReposted> Repost(Guid repostId, Guid authorId, DateTimeOffset now) =>
        Depth >= MaxDepth
            ? new Rejection(FeedProblems.ChainTooLong)
            : new PostReposted(repostId, authorId, Id, RootId, Depth + 1, ProductId, now);
}
