using Hutong.EventStore;

namespace Hutong.CommerceCard.Ladders;

/// <summary>A post shows the product. Stored as <c>product_posted</c>.</summary>
/// <param name="PostId">The original post.</param>
/// <param name="AuthorId">Who wrote it: their own repost does not count.</param>
public sealed record ProductPosted(Guid PostId, Guid AuthorId, DateTimeOffset PostedAt);

/// <summary>A repost counted towards the ladder. Stored as <c>repost_counted</c>.</summary>
/// <param name="Count">Distinct persons so far, this one included.</param>
public sealed record RepostCounted(Guid PostId, Guid PersonId, long Count, DateTimeOffset RepostedAt);

/// <summary>A repost did not count towards the ladder. Stored as <c>repost_not_counted</c>.</summary>
/// <param name="Reason">One of <see cref="NotCounted"/>.</param>
public sealed record RepostNotCounted(Guid PostId, Guid PersonId, string Reason, DateTimeOffset RepostedAt);

/// <summary>Why a repost does not count. Stored, so never renamed.</summary>
public static class NotCounted
{
    /// <summary>The product has no ladder.</summary>
    public const string NoLadder = "no_ladder";

    /// <summary>The person who wrote the original.</summary>
    public const string OwnPost = "own_post";

    /// <summary>The person counted already.</summary>
    public const string AlreadyCounted = "already_counted";
}

/// <summary>
/// The reposts of a product: stream <c>ladder-{product id}</c>, apart from the product's own, so that a product that is
/// passed on ten times a second can still be imported and sold. Whether a person counted before is a row of its own
/// (a claim): with millions of them the state stays three numbers.
/// </summary>
/// <param name="Posts">Original posts that show the product.</param>
/// <param name="Reposts">All reposts.</param>
/// <param name="Counted">Distinct persons counted towards the ladder.</param>
public sealed record RepostTally(long Posts, long Reposts, long Counted)
{
    private static readonly RepostTally Empty = new(0, 0, 0);

    /// <summary>How the stream becomes the state; null until the first post.</summary>
    public static Fold<RepostTally?> Fold { get; } = new(null, (tally, e) => Evolve(tally ?? Empty, e));

    private static RepostTally Evolve(RepostTally tally, object e) => e switch
    {
        ProductPosted => tally with { Posts = tally.Posts + 1 },
        RepostCounted counted => tally with { Reposts = tally.Reposts + 1, Counted = counted.Count },
        RepostNotCounted => tally with { Reposts = tally.Reposts + 1 },
        _ => tally,
    };

    /// <summary>Decides whether a repost counts.</summary>
    /// <param name="tally">The reposts so far; null for none.</param>
    /// <param name="repost">The repost.</param>
    /// <param name="hasLadder">Whether the product has a ladder.</param>
    public static object Decide(RepostTally? tally, Repost repost, bool hasLadder)
    {
        var reason = !hasLadder ? NotCounted.NoLadder
            : repost.PersonId == repost.RootAuthorId ? NotCounted.OwnPost
            : repost.CountedBefore ? NotCounted.AlreadyCounted
            : null;
        return reason is null
            ? new RepostCounted(repost.PostId, repost.PersonId, (tally?.Counted ?? 0) + 1, repost.At)
            : new RepostNotCounted(repost.PostId, repost.PersonId, reason, repost.At);
    }
}

/// <summary>A repost to be counted.</summary>
/// <param name="PostId">The repost.</param>
/// <param name="PersonId">Who reposted.</param>
/// <param name="RootAuthorId">Who wrote the original.</param>
/// <param name="CountedBefore">Whether the person has been counted for this product.</param>
/// <param name="At">UTC.</param>
public sealed record Repost(Guid PostId, Guid PersonId, Guid RootAuthorId, bool CountedBefore, DateTimeOffset At);
