using Hutong.CommerceCard.Ordering;
using Hutong.EventStore;
using Hutong.EventStore.Reading;
using Npgsql;

namespace Hutong.CommerceCard.Shops;

/// <summary>Counts each shop's confirmed orders. It crosses streams, so it follows the log and is never part of a command.</summary>
internal sealed class ReputationProjection : IProjection
{
    private const string AddSql = """
        insert into shop_reputation as r (shop_id, points, as_of)
        select * from unnest($1, $2, $3)
        on conflict (shop_id) do update set points = r.points + excluded.points, as_of = greatest(r.as_of, excluded.as_of)
        """;

    private const string ClearSql = "delete from shop_reputation";

    public string Name => "ShopReputation";

    public IReadOnlyCollection<string> Types { get; } = [CommerceEvents.ShopOpenedName, CommerceEvents.OrderConfirmedName];

    public async Task Apply(IReadOnlyList<StoredEvent> events, NpgsqlConnection connection, CancellationToken cancellation)
    {
        // One row per shop: a statement must not touch a row twice.
        var shops = events
            .Select(e => e.Data switch
            {
                ShopOpened opened => (opened.ShopId, Points: 0L, At: opened.OpenedAt),
                OrderConfirmed confirmed => (confirmed.ShopId, Points: 1L, At: confirmed.ConfirmedAt),
                _ => default,
            })
            .Where(change => change.ShopId != default)
            .GroupBy(change => change.ShopId)
            .Select(shop => (shop.Key, Points: shop.Sum(c => c.Points), AsOf: shop.Max(c => c.At)))
            .ToArray();
        await using var command = new NpgsqlCommand(AddSql, connection);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. shops.Select(s => s.Key)] });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. shops.Select(s => s.Points)] });
        command.Parameters.Add(new NpgsqlParameter<DateTime[]> { TypedValue = [.. shops.Select(s => s.AsOf.UtcDateTime)] });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public async Task Clear(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(ClearSql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
