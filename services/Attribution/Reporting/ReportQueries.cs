using Hutong.Attribution.Crediting;
using Hutong.EventStore.Commands;
using Npgsql;

namespace Hutong.Attribution.Reporting;

/// <summary>What to report.</summary>
/// <param name="Model">A model's name; null for linear.</param>
/// <param name="Currency">ISO 4217; null for the currency of most orders.</param>
/// <param name="After">The page of posts.</param>
/// <param name="Limit">Posts on a page, 1 to 100.</param>
public sealed record ReportRequest(string? Model, string? Currency, string? After, int? Limit);

/// <summary>Reads the report over all orders.</summary>
internal sealed class ReportQueries(NpgsqlDataSource database)
{
    private const string TotalsSql =
        "select currency, orders, total_minor, as_of from order_total order by orders desc, currency";

    // A channel with clicks and no order belongs in the report as much as one with orders.
    private const string ChannelsSql = """
        select coalesce(t.target, c.target), coalesce(c.clicks, 0), coalesce(t.orders, 0), coalesce(t.credit_minor, 0)
        from (select * from credit_total where model = $1 and currency = $2 and axis = 'channel' and orders > 0) t
        full join (select * from click_total where axis = 'channel') c on c.target = t.target
        order by 4 desc, 1
        """;

    private const string UnattributedPostsSql =
        "select orders, credit_minor from credit_total where model = $1 and currency = $2 and axis = 'post' and target = ''";

    private const string PostsSql = """
        with page as materialized (
            select target, target::uuid as post_id, orders, credit_minor from credit_total
            where model = $1 and currency = $2 and axis = 'post' and target <> '' and orders > 0
              and (credit_minor, target) < ($3, $4)
            order by credit_minor desc, target desc
            limit $5)
        select p.post_id, k.parent_id, k.root_id, k.depth, coalesce(c.clicks, 0), p.orders, p.credit_minor
        from page p
        join known_post k on k.post_id = p.post_id
        left join click_total c on c.axis = 'post' and c.target = p.target
        order by p.credit_minor desc, p.target desc
        """;

    public async Task<Outcome<CreditReport>> Read(ReportRequest request, CancellationToken cancellation)
    {
        var model = request.Model ?? CreditModel.Linear.Name;
        if (CreditModel.All.All(m => m.Name != model))
            return new Rejection(AttributionProblems.ModelUnknown);
        if (!PageBounds.TryRead(request.After, out var place))
            return new Rejection(AttributionProblems.InvalidCursor);

        var totals = await database.Rows(
            TotalsSql, [], r => (Currency: r.GetString(0), Orders: r.GetInt64(1), Minor: r.GetInt64(2), AsOf: r.GetFieldValue<DateTimeOffset>(3)),
            cancellation);
        var currency = request.Currency ?? totals.Select(t => t.Currency).FirstOrDefault();
        var total = totals.Find(t => t.Currency == currency);
        object[] subject = [model, currency ?? ""];
        var channels = await database.Rows(
            ChannelsSql, subject, r => new ChannelLine(r.GetString(0), r.GetInt64(1), r.GetInt64(2), r.GetInt64(3)), cancellation);
        var unattributed = await database.Rows(UnattributedPostsSql, subject, r => new Credited(r.GetInt64(0), r.GetInt64(1)), cancellation);
        var size = PageBounds.Size(request.Limit);
        var posts = await database.Rows(PostsSql, [.. subject, place.Minor, place.Target, size], Post, cancellation);

        var nobody = channels.Find(c => c.Channel == ReportProjection.Nobody);
        return new CreditReport(
            model, (int)ClickWindow.Length.TotalDays, currency, [.. totals.Select(t => t.Currency)],
            total.Orders > 0 ? total.AsOf : null, total.Orders, total.Minor, channels.Sum(c => c.Clicks),
            nobody is null ? new Credited(0, 0) : new Credited(nobody.Orders, nobody.CreditMinor),
            unattributed is [var credited] ? credited : new Credited(0, 0),
            [.. channels.Where(c => c != nobody)],
            posts,
            posts.Count == size ? PageBounds.Cursor(posts[^1]) : null);
    }

    private static PostLine Post(NpgsqlDataReader r) => new(
        r.GetGuid(0), r.IsDBNull(1) ? null : r.GetGuid(1), r.GetGuid(2), r.GetInt32(3), r.GetInt64(4), r.GetInt64(5), r.GetInt64(6));
}
