using Hutong.Attribution.Crediting;
using Hutong.Attribution.Orders;
using Hutong.Attribution.Touches;
using Hutong.EventStore;
using Hutong.EventStore.Reading;
using Npgsql;

namespace Hutong.Attribution.Reporting;

/// <summary>
/// The reports' sums: of each order only the last statement counts. Reads nothing but the log and its own tables, so a
/// rebuild equals the live one.
/// </summary>
internal sealed class ReportProjection : IProjection
{
    public const string ChannelAxis = "channel";
    public const string PostAxis = "post";

    /// <summary>The target of what nobody is credited with.</summary>
    public const string Nobody = "";

    private const string OrderSql = """
        with listed as (
            insert into credited_order (order_id, product_id, quantity, total_minor, currency, confirmed_at)
            values ($1, $2, $3, $4, $5, $6))
        insert into order_total as t (currency, orders, total_minor, as_of) values ($5, 1, $4, $6)
        on conflict (currency) do update set
            orders = t.orders + 1, total_minor = t.total_minor + excluded.total_minor, as_of = greatest(t.as_of, excluded.as_of)
        """;

    // The statement before this one, if any, leaves the sums...
    private const string UndoSql = """
        with gone as (delete from credit_line where order_id = $1 and model = $2 returning axis, target, credit_minor)
        update credit_total t set orders = t.orders - 1, credit_minor = t.credit_minor - gone.credit_minor
        from gone
        where t.model = $2 and t.currency = $3 and t.axis = gone.axis and t.target = gone.target
        """;

    // ...and this one enters them.
    private const string StateSql = """
        with line as (
            insert into credit_line (order_id, model, axis, target, credit_minor)
            select $1, $2, l.axis, l.target, l.credit_minor from unnest($4, $5, $6) as l (axis, target, credit_minor)
            returning axis, target, credit_minor)
        insert into credit_total as t (model, currency, axis, target, orders, credit_minor)
        select $2, $3, axis, target, 1, credit_minor from line
        on conflict (model, currency, axis, target) do update set
            orders = t.orders + 1, credit_minor = t.credit_minor + excluded.credit_minor
        """;

    private const string HeadSql = """
        with head as (update credited_order set statement = $2 where order_id = $1)
        update order_total set as_of = greatest(as_of, $4) where currency = $3
        """;

    private const string ClickSql = """
        insert into click_total as t (axis, target, clicks) select axis, target, 1 from unnest($1, $2) as c (axis, target)
        on conflict (axis, target) do update set clicks = t.clicks + 1
        """;

    private const string ClearSql = "truncate credited_order, order_total, credit_line, credit_total, click_total";

    public string Name => "Report";

    public IReadOnlyCollection<string> Types { get; } =
        [AttributionEvents.ClickRecordedName, AttributionEvents.OrderRecordedName, AttributionEvents.CreditStatedName];

    public async Task Apply(IReadOnlyList<StoredEvent> events, NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var stored in events)
        {
            switch (stored.Data)
            {
                case ClickRecorded e:
                    string[] axes = e.ViaPostId is null ? [ChannelAxis] : [ChannelAxis, PostAxis];
                    Add(batch, ClickSql, axes, (string[])(e.ViaPostId is { } via ? [e.Channel, via.ToString()] : [e.Channel]));
                    break;
                case OrderRecorded e:
                    Add(batch, OrderSql, e.OrderId, e.ProductId, e.Quantity, e.TotalMinor, e.Currency, e.ConfirmedAt.ToUniversalTime());
                    break;
                case CreditStated e:
                    var lines = Lines(e);
                    Add(batch, UndoSql, e.OrderId, e.Model, e.Currency);
                    Add(
                        batch, StateSql, e.OrderId, e.Model, e.Currency, lines.Select(l => l.Axis).ToArray(),
                        lines.Select(l => l.Target).ToArray(), lines.Select(l => l.Minor).ToArray());
                    Add(batch, HeadSql, e.OrderId, e.Statement, e.Currency, e.StatedAt.ToUniversalTime());
                    break;
            }
        }
        await batch.ExecuteNonQueryAsync(cancellation);
    }

    public async Task Clear(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(ClearSql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static List<(string Axis, string Target, long Minor)> Lines(CreditStated e)
    {
        var lines = new List<(string, string, long)>();
        lines.AddRange(e.Channels.Select(c => (ChannelAxis, c.Channel, c.CreditMinor)));
        lines.AddRange(e.Posts.Select(p => (PostAxis, p.PostId.ToString(), p.CreditMinor)));
        if (e.ChannelUnattributedMinor > 0)
            lines.Add((ChannelAxis, Nobody, e.ChannelUnattributedMinor));
        if (e.PostUnattributedMinor > 0)
            lines.Add((PostAxis, Nobody, e.PostUnattributedMinor));
        return lines;
    }

    private static void Add(NpgsqlBatch batch, string sql, params IReadOnlyList<object> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        batch.BatchCommands.Add(command);
    }
}
