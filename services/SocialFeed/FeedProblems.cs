using Hutong.ServiceDefaults.Problems;

namespace Hutong.SocialFeed;

/// <summary>Why Social-Feed refuses, and what the caller should do.</summary>
internal static class FeedProblems
{
    public const string TextMissing = "text_missing";
    public const string TextTooLong = "text_too_long";
    public const string PostUnknown = "post_unknown";
    public const string AlreadyReposted = "already_reposted";
    public const string ChainTooLong = "chain_too_long";
    public const string AuthorUnknown = "author_unknown";
    public const string AuthorErased = "author_erased";
    public const string CannotFollowSelf = "cannot_follow_self";
    public const string FollowingTooMany = "following_too_many";
    public const string InvalidCursor = "invalid_cursor";

    public static void Add(ProblemTable problems) => problems
        .Add(TextMissing, 422, "Write something: the text has 1 to 2,000 characters.")
        .Add(TextTooLong, 422, "The text is longer than 2,000 characters. Shorten it.")
        .Add(PostUnknown, 404, "There is no such post.")
        .Add(AlreadyReposted, 409, "You have passed this post on already.")
        .Add(ChainTooLong, 422, "This chain of reposts is too long. Repost the original.")
        .Add(AuthorUnknown, 404, "There is no such author.")
        .Add(AuthorErased, 403, "This person was erased and cannot write any more.")
        .Add(CannotFollowSelf, 422, "You cannot follow yourself.")
        .Add(FollowingTooMany, 422, "You follow 5,000 authors, which is the most. Unfollow one first.")
        .Add(InvalidCursor, 400, "The cursor is not one of ours. Start again without it.");
}
