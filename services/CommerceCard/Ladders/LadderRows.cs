using System.Text.Json.Serialization;
using Hutong.EventStore;
using Npgsql;

namespace Hutong.CommerceCard.Ladders;

/// <summary>The rows that a product's reposts own.</summary>
internal static class LadderRows
{
    private const string AuthorSql = "select author_id from product_post where post_id = $1";

    private const string ClaimedSql = "select exists (select from ladder_claim where product_id = $1 and person_id = $2)";

    private static readonly Table<ProductPostRow> Posts = new("product_post", LadderRowJson.Default.ProductPostRow, "post_id");

    private static readonly Table<ProductRepostRow> Reposts = new("product_repost", LadderRowJson.Default.ProductRepostRow, "post_id");

    private static readonly Table<LadderClaimRow> Claims = new("ladder_claim", LadderRowJson.Default.LadderClaimRow, "product_id", "person_id");

    public static RowWrite Of(string productId, ProductPosted posted) =>
        Posts.Upsert(new ProductPostRow(posted.PostId, productId, posted.AuthorId));

    /// <summary>The repost with the reason, and the person's claim where it counted: a second one is refused by its key.</summary>
    public static IReadOnlyList<RowWrite> Of(string productId, object decided) => decided switch
    {
        RepostCounted c =>
        [
            Reposts.Upsert(new ProductRepostRow(c.PostId, productId, c.PersonId, null, c.Count, c.RepostedAt)),
            Claims.Claim(new LadderClaimRow(productId, c.PersonId, c.PostId)),
        ],
        RepostNotCounted n => [Reposts.Upsert(new ProductRepostRow(n.PostId, productId, n.PersonId, n.Reason, null, n.RepostedAt))],
        _ => [],
    };

    /// <summary>Who wrote a post that shows a product; null when it is not known (yet).</summary>
    public static async Task<Guid?> Author(NpgsqlDataSource database, Guid postId, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(AuthorSql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = postId });
        return (Guid?)await command.ExecuteScalarAsync(cancellation);
    }

    /// <summary>Whether a person has been counted for a product.</summary>
    public static async Task<bool> IsClaimed(NpgsqlDataSource database, string productId, Guid personId, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(ClaimedSql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = productId });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = personId });
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }
}

internal sealed record ProductPostRow(Guid PostId, string ProductId, Guid AuthorId);

internal sealed record ProductRepostRow(
    Guid PostId, string ProductId, Guid PersonId, string? Reason, long? Count, DateTimeOffset RepostedAt);

internal sealed record LadderClaimRow(string ProductId, Guid PersonId, Guid PostId);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ProductPostRow))]
[JsonSerializable(typeof(ProductRepostRow))]
[JsonSerializable(typeof(LadderClaimRow))]
internal sealed partial class LadderRowJson : JsonSerializerContext;
