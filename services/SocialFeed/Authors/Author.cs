using System.Collections.Immutable;
using Hutong.EventStore;
using Hutong.EventStore.Commands;

namespace Hutong.SocialFeed.Authors;

/// <summary>A person said or followed something for the first time. Stored as <c>author_joined</c>.</summary>
public sealed record AuthorJoined(Guid PersonId, DateTimeOffset JoinedAt);

/// <summary>Stored as <c>author_followed</c>.</summary>
public sealed record AuthorFollowed(Guid FollowerId, Guid FolloweeId, DateTimeOffset FollowedAt);

/// <summary>Stored as <c>author_unfollowed</c>.</summary>
public sealed record AuthorUnfollowed(Guid FollowerId, Guid FolloweeId, DateTimeOffset UnfollowedAt);

/// <summary>The person is no more; what they said cannot be read. Stored as <c>author_erased</c>.</summary>
public sealed record AuthorErased(Guid PersonId, DateTimeOffset ErasedAt);

/// <summary>A person as an author: stream <c>author-{person id}</c>.</summary>
/// <param name="Joined">Whether the stream has begun.</param>
/// <param name="Following">The person ids followed.</param>
/// <param name="Erased">Whether the person is no more.</param>
public sealed record Author(bool Joined, ImmutableHashSet<Guid> Following, bool Erased = false)
{
    /// <summary>The most authors one person can follow.</summary>
    public const int MaxFollowing = 5_000;

    /// <summary>How the stream becomes the state.</summary>
    public static Fold<Author> Fold { get; } = new(new Author(false, []), Evolve);

    /// <summary>The stream of a person's author.</summary>
    public static string StreamOf(Guid personId) => $"author-{personId}";

    private static Author Evolve(Author author, object e) => e switch
    {
        AuthorJoined => author with { Joined = true },
        AuthorFollowed followed => author with { Following = author.Following.Add(followed.FolloweeId) },
        AuthorUnfollowed unfollowed => author with { Following = author.Following.Remove(unfollowed.FolloweeId) },
        AuthorErased => author with { Erased = true },
        _ => author,
    };

    /// <summary>Decides to be forgotten; no events when that is done.</summary>
    public IReadOnlyList<object> Erase(Guid personId, DateTimeOffset erasedAt) => Erased ? [] : [new AuthorErased(personId, erasedAt)];

    /// <summary>Decides to join; no events when the author has.</summary>
    public IReadOnlyList<object> Join(Guid personId, DateTimeOffset now) => Joined ? [] : [new AuthorJoined(personId, now)];

    /// <summary>Decides to follow; no events when already following.</summary>
    public Outcome<IReadOnlyList<object>> Follow(Guid self, Guid other, DateTimeOffset now)
    {
        if (self == other)
            return new Rejection(FeedProblems.CannotFollowSelf);
        if (Following.Contains(other))
            return Array.Empty<object>();
        if (Following.Count >= MaxFollowing)
            return new Rejection(FeedProblems.FollowingTooMany);
        return new object[] { new AuthorFollowed(self, other, now) };
    }

    /// <summary>Decides to stop following; no events when not following.</summary>
    public IReadOnlyList<object> Unfollow(Guid self, Guid other, DateTimeOffset now) =>
        Following.Contains(other) ? [new AuthorUnfollowed(self, other, now)] : [];
}
