using System.Text.Json.Serialization;
using Hutong.EventStore;

namespace Hutong.SocialFeed.Posting;

/// <summary>The rows a post owns.</summary>
internal static class PostRows
{
    public static Table<PostRow> Posts { get; } = new("post", PostRowJson.Default.PostRow, "post_id");

    /// <summary>What was said, in the clear: a row that lives only beside its author's key.</summary>
    public static Table<PostTextRow> Texts { get; } = new("post_text", PostRowJson.Default.PostTextRow, "post_id");

    public static Table<RepostClaimRow> RepostClaims { get; } =
        new("repost_claim", PostRowJson.Default.RepostClaimRow, "parent_id", "author_id");

    public static PostRow Of(PostPublished e) =>
        new(e.PostId, e.AuthorId, e.ProductId, null, e.PostId, 0, e.PublishedAt, 1);

    public static PostRow Of(PostReposted e) =>
        new(e.PostId, e.AuthorId, e.ProductId, e.ParentId, e.RootId, e.Depth, e.RepostedAt, 1);
}

internal sealed record PostRow(
    Guid PostId, Guid AuthorId, string? ProductId, Guid? ParentId, Guid RootId, int Depth, DateTimeOffset PublishedAt, long Version);

internal sealed record PostTextRow(Guid PostId, Guid AuthorId, string Text);

internal sealed record RepostClaimRow(Guid ParentId, Guid AuthorId, Guid PostId);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PostRow))]
[JsonSerializable(typeof(PostTextRow))]
[JsonSerializable(typeof(RepostClaimRow))]
internal sealed partial class PostRowJson : JsonSerializerContext;
