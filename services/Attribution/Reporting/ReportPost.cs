using Hutong.Attribution.Crediting;
using Hutong.EventStore.Commands;
using Hutong.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Hutong.Attribution.Reporting;

/// <summary><c>GET /attribution/posts/{id}</c>: what one post or repost brought. For any signed-in caller.</summary>
internal static class ReportPost
{
    private const string PostSql = """
        select k.parent_id, k.root_id, k.depth, k.product_id, k.published_at,
               coalesce((select clicks from click_total where axis = 'post' and target = $2), 0),
               coalesce((select sum(clicks) from click_total where axis = 'channel'), 0)::bigint
        from known_post k where k.post_id = $1
        """;

    private const string CreditsSql = """
        select c.model, c.currency, c.orders, t.orders, c.credit_minor, t.total_minor
        from unnest($2) with ordinality as m (model, place)
        join credit_total c on c.model = m.model and c.axis = 'post' and c.target = $1 and c.orders > 0
        join order_total t on t.currency = c.currency
        order by c.currency, m.place
        """;

    public static void Map(IEndpointRouteBuilder attribution) => attribution.MapGet("/posts/{postId:guid}", Report);

    private static async Task<Results<Ok<PostReport>, ProblemHttpResult>> Report(
        Guid postId, NpgsqlDataSource database, ProblemTable problems, CancellationToken cancellation)
    {
        var models = CreditModel.All.Select(m => m.Name).ToArray();
        var credits = await database.Rows(CreditsSql, [postId.ToString(), models], Credit, cancellation);
        var found = await database.Rows(PostSql, [postId, postId.ToString()], r => Post(postId, r, credits), cancellation);
        return found is [var post] ? TypedResults.Ok(post) : problems.Answer(new Rejection(AttributionProblems.PostUnknown));
    }

    private static PostReport Post(Guid postId, NpgsqlDataReader r, IReadOnlyList<PostModelCredit> credits) => new(
        postId, r.IsDBNull(0) ? null : r.GetGuid(0), r.GetGuid(1), r.GetInt32(2), r.IsDBNull(3) ? null : r.GetString(3),
        r.GetFieldValue<DateTimeOffset>(4), (int)ClickWindow.Length.TotalDays, r.GetInt64(5), r.GetInt64(6), credits);

    private static PostModelCredit Credit(NpgsqlDataReader r) =>
        new(r.GetString(0), r.GetString(1), r.GetInt64(2), r.GetInt64(3), r.GetInt64(4), r.GetInt64(5));
}
