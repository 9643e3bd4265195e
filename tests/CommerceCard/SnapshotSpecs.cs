using System.Text.Json;
using Hutong.CommerceCard.Ladders;
using Hutong.CommerceCard.Ordering;
using Hutong.CommerceCard.Products;
using Hutong.CommerceCard.Shops;
using Hutong.CommerceCard.Snapshots;
using Hutong.CommerceCard.Stock;
using Hutong.EventStore;
using Hutong.EventStore.Reading;
using Hutong.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Hutong.CommerceCard.Tests;

[Collection(nameof(Market))]
public sealed class SnapshotSpecs(Market market)
{
    private readonly IEventStore store = market.Service.Services.GetRequiredService<IEventStore>();

    [Fact]
    public async Task A_snapshot_is_the_fold_of_its_whole_stream()
    {
        var listing = await market.List(quantity: 5);
        await market.Service.As(listing.Brand).PublishLadder(listing.ProductId, 1_00, [(1, 90_00)]);
        var buyer = market.Other.As(Guid.CreateVersion7());
        var paid = await buyer.Order(listing.ProductId, 2).OrderId();
        await buyer.Pay(paid);
        await buyer.Order(listing.ProductId);

        await ShouldBeTheFold(Streams.Products, Product.Fold, listing.ProductId, 2);
        await ShouldBeTheFold(Streams.Stocks, ProductStock.Fold, listing.ProductId, 4);
        await ShouldBeTheFold(Streams.Orders, Order.Fold, paid.ToString(), 3);
        await ShouldBeTheFold(Streams.Tallies, RepostTally.Fold, listing.ProductId, 0);
    }

    [Fact]
    public async Task A_snapshot_of_an_older_shape_is_not_used_and_the_next_event_brings_it_up_to_date()
    {
        var listing = await market.List(quantity: 5);
        await using (var age = market.Service.Database.CreateCommand("update snapshot set shape = 0, state = '{}' where stream_id = $1"))
        {
            age.Parameters.AddWithValue(Streams.Stocks.StreamOf(listing.ProductId));
            await age.ExecuteNonQueryAsync();
        }
        var buyer = market.Service.As(Guid.CreateVersion7());
        (await buyer.Card(listing.ProductId)).Units().ShouldBe(5);
        await buyer.Order(listing.ProductId);
        (await buyer.Card(listing.ProductId)).Units().ShouldBe(4);
        await ShouldBeTheFold(Streams.Stocks, ProductStock.Fold, listing.ProductId, 2);
    }

    [Fact]
    public async Task The_reputation_rebuilt_from_the_log_equals_the_live_one()
    {
        var listing = await market.List();
        var buyer = market.Service.As(Guid.CreateVersion7());
        for (var i = 0; i < 3; i++)
            await buyer.Pay(await buyer.Order(listing.ProductId).OrderId());
        await Eventually.Passes(async () => (await Reputations())[listing.Brand].Points.ShouldBe(3));

        var mark = await HighWaterMark.Measure(market.Service.Database);
        await Eventually.True(async () => await Checkpoint() >= mark);
        var live = await Reputations();
        var projection = new ReputationProjection();
        await using (var connection = await market.Service.Database.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await projection.Clear(connection, default);
            await projection.Apply(await store.ReadAll(0, mark, int.MaxValue, projection.Types), connection, default);
            await transaction.CommitAsync();
        }
        (await Reputations()).ShouldBe(live, ignoreOrder: true);
    }

    private async Task ShouldBeTheFold<TState>(SnapshotOf<TState> kind, Fold<TState?> fold, string id, long version)
        where TState : class
    {
        var snapshot = await kind.Load(market.Service.Database, store, id, default);
        var folded = await store.Load(fold, kind.StreamOf(id));
        snapshot.Version.ShouldBe(version);
        snapshot.Version.ShouldBe(folded.Version);
        // As JSON: two equal lists are not equal as records' members.
        JsonSerializer.Serialize(snapshot.State).ShouldBe(JsonSerializer.Serialize(folded.State));
    }

    private async Task<Dictionary<Guid, (long Points, DateTime AsOf)>> Reputations()
    {
        var rows = new Dictionary<Guid, (long, DateTime)>();
        await using var command = market.Service.Database.CreateCommand("select shop_id, points, as_of from shop_reputation");
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            rows.Add(reader.GetGuid(0), (reader.GetInt64(1), reader.GetDateTime(2)));
        return rows;
    }

    private async Task<long> Checkpoint()
    {
        await using var command = market.Service.Database.CreateCommand("select last_seq_id from mt_event_progression where name = 'ShopReputation:All'");
        return (long)(await command.ExecuteScalarAsync() ?? 0L);
    }
}
