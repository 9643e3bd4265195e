using System.Text.Json.Serialization;
using Hutong.EventStore;
using Hutong.Messaging;
using Hutong.Messaging.Publishing;
using Hutong.SocialFeed.Authors;
using Hutong.SocialFeed.Posting;
using Hutong.SocialFeed.Reposting;

namespace Hutong.SocialFeed;

/// <summary>The stored names of Social-Feed's events, and which of them the other services hear of.</summary>
internal static class FeedEvents
{
    public const string PostPublishedName = "post_published";
    public const string PostRepostedName = "post_reposted";
    public const string AuthorFollowedName = "author_followed";
    public const string AuthorUnfollowedName = "author_unfollowed";

    public static EventTypes Types { get; } = new EventTypes()
        .Map("author_joined", FeedEventJson.Default.AuthorJoined)
        .Map("author_erased", FeedEventJson.Default.AuthorErased)
        .Map(AuthorFollowedName, FeedEventJson.Default.AuthorFollowed)
        .Map(AuthorUnfollowedName, FeedEventJson.Default.AuthorUnfollowed)
        .Map(PostPublishedName, FeedEventJson.Default.PostPublished)
        .Map(PostRepostedName, FeedEventJson.Default.PostReposted);

    public static void Consume(Consumption consume) =>
        consume.From("social-feed.identity").Handle<Contracts.PersonErased, WhenPersonErased>();

    public static void Publish(PublishedEvents publish) => publish
        .On<PostPublished, Contracts.PostPublished>((e, _) => new(e.PostId, e.AuthorId, e.ProductId, e.PublishedAt))
        .On<PostReposted, Contracts.PostReposted>((e, _) =>
            new(e.PostId, e.AuthorId, e.ParentId, e.RootId, e.Depth, e.ProductId, e.RepostedAt));
}

/// <summary>Stored events: property names as they are, as Marten writes them.</summary>
[JsonSerializable(typeof(AuthorJoined))]
[JsonSerializable(typeof(AuthorErased))]
[JsonSerializable(typeof(AuthorFollowed))]
[JsonSerializable(typeof(AuthorUnfollowed))]
[JsonSerializable(typeof(PostPublished))]
[JsonSerializable(typeof(PostReposted))]
internal sealed partial class FeedEventJson : JsonSerializerContext;

/// <summary>The API's answers.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PublishedPost))]
[JsonSerializable(typeof(Reposted))]
internal sealed partial class FeedJson : JsonSerializerContext;
