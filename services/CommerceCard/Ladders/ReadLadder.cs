using Hutong.CommerceCard.Cards;
using Hutong.EventStore.Commands;
using Hutong.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Hutong.CommerceCard.Ladders;

/// <summary>A repost, and why it did or did not count.</summary>
/// <param name="PostId">The repost.</param>
/// <param name="Counted">Whether it counted.</param>
/// <param name="Count">The distinct persons with it; null where it did not count.</param>
/// <param name="Reason">Why not: <c>no_ladder</c>, <c>own_post</c> or <c>already_counted</c>; null where it counted.</param>
/// <param name="RepostedAt">UTC.</param>
public sealed record RepostView(Guid PostId, bool Counted, long? Count, string? Reason, DateTimeOffset RepostedAt);

/// <summary>A product's ladder and its reposts.</summary>
/// <param name="ProductId">The product.</param>
/// <param name="Ladder">Null without one.</param>
/// <param name="Reposts">Newest first.</param>
/// <param name="Next">Pass as <c>before</c> for the next page; null on the last.</param>
public sealed record LadderPage(string ProductId, LadderView? Ladder, IReadOnlyList<RepostView> Reposts, string? Next);

/// <summary><c>GET /ladders/{product}</c>: how far the ladder has come, and each repost's part in it. Persons are not named.</summary>
internal static class ReadLadder
{
    private const int DefaultPage = 50;
    private const int MaxPage = 200;

    private const string PageSql = """
        select post_id, count, reason, reposted_at from product_repost
        where product_id = $1 and post_id < $2
        order by post_id desc
        limit $3
        """;

    public static void Map(IEndpointRouteBuilder ladders) => ladders.MapGet("/{productId}", Read);

    private static async Task<Results<Ok<LadderPage>, ProblemHttpResult>> Read(
        string productId, string? before, int? limit, CardReader cards, NpgsqlDataSource database, ProblemTable problems,
        CancellationToken cancellation)
    {
        var bound = Guid.AllBitsSet;
        if (before is not null && !Guid.TryParseExact(before, "N", out bound))
            return problems.Answer(new Rejection(CommerceProblems.InvalidCursor));
        if (await cards.Find(productId, cancellation) is not { } card)
            return problems.Answer(new Rejection(CommerceProblems.ProductUnknown));
        var size = Math.Clamp(limit ?? DefaultPage, 1, MaxPage);
        var reposts = new List<RepostView>(size);
        await using var command = database.CreateCommand(PageSql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = productId });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = bound });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = size });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            long? count = await reader.IsDBNullAsync(1, cancellation) ? null : reader.GetInt64(1);
            var reason = await reader.IsDBNullAsync(2, cancellation) ? null : reader.GetString(2);
            reposts.Add(new RepostView(reader.GetGuid(0), count is not null, count, reason, reader.GetFieldValue<DateTimeOffset>(3)));
        }
        return TypedResults.Ok(new LadderPage(
            productId, card.Ladder, reposts, reposts.Count == size ? reposts[^1].PostId.ToString("N") : null));
    }
}
