using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Hutong.Testing;
using Npgsql;

namespace Hutong.CommerceCard.Tests;

[Collection(nameof(Market))]
public sealed class OrderingSpecs(Market market, Servers servers, InternalTokens tokens)
{
    private readonly HttpClient wang = market.Service.As(Guid.CreateVersion7());

    [Fact]
    public async Task An_order_is_reserved_paid_and_confirmed_and_leaves_the_stock_once()
    {
        var listing = await market.List(quantity: 3, price: "19.99 USD");
        var via = Guid.CreateVersion7();
        var placed = await wang.Order(listing.ProductId, 2, via);
        placed.StatusCode.ShouldBe(HttpStatusCode.Created);
        var order = await placed.Json();
        order.GetProperty("status").GetString().ShouldBe("reserved");
        order.GetProperty("total").GetProperty("minor").GetInt64().ShouldBe(39_98);
        order.GetProperty("viaPostId").GetGuid().ShouldBe(via);
        (await wang.Card(listing.ProductId)).Units().ShouldBe(1);

        var paid = await wang.Pay(order.GetProperty("orderId").GetGuid());
        paid.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await paid.Json()).GetProperty("status").GetString().ShouldBe("confirmed");
        var shown = await wang.GetAsync(placed.Headers.Location);
        (await shown.Json()).GetProperty("status").GetString().ShouldBe("confirmed");
        shown.Headers.ETag!.Tag.ShouldBe("\"3\"");

        var card = await wang.Card(listing.ProductId);
        card.Units().ShouldBe(1);
        card.GetProperty("popularity").GetProperty("orders").GetInt64().ShouldBe(1);
        await Eventually.Passes(async () =>
            (await wang.Card(listing.ProductId)).GetProperty("reputation").GetProperty("points").GetInt64().ShouldBe(1));
    }

    [Fact]
    public async Task Thirty_two_buyers_at_two_instances_get_ten_units_and_not_one_more()
    {
        var listing = await market.List(quantity: 10);
        var answers = await Task.WhenAll(Enumerable.Range(0, 32).Select(i =>
            (i % 2 == 0 ? market.Service : market.Other).As(Guid.CreateVersion7()).Order(listing.ProductId)));
        answers.Count(a => a.StatusCode == HttpStatusCode.Created).ShouldBe(10);
        foreach (var refused in answers.Where(a => a.StatusCode != HttpStatusCode.Created))
            await refused.ShouldBeProblem(409, "sold_out");
        (await wang.Card(listing.ProductId)).Units().ShouldBe(0);
    }

    [Fact]
    public async Task The_price_is_locked_when_the_order_is_placed()
    {
        var listing = await market.List(price: "50.00 USD");
        var id = await wang.Order(listing.ProductId).OrderId();
        await market.Service.As(listing.Brand).Import(Feeds.Of(Feeds.Row(listing.ProductId, price: "80.00 USD")));
        var paid = await (await wang.Pay(id)).Json();
        paid.GetProperty("total").GetProperty("minor").GetInt64().ShouldBe(50_00);
    }

    [Fact]
    public async Task One_request_under_one_key_is_one_order_and_another_under_it_is_refused()
    {
        var listing = await market.List();
        var key = Guid.CreateVersion7().ToString();
        var ids = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => wang.Order(listing.ProductId, 1, null, key).OrderId()));
        ids.Distinct().ShouldHaveSingleItem();
        (await wang.Card(listing.ProductId)).Units().ShouldBe(9);
        await (await wang.Order(listing.ProductId, 2, null, key)).ShouldBeProblem(422, "idempotency_key_reused");
    }

    [Fact]
    public async Task Paying_twice_charges_once()
    {
        var listing = await market.List();
        var id = await wang.Order(listing.ProductId).OrderId();
        var key = Guid.CreateVersion7().ToString();
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => wang.Pay(id, key: key)));
        answers.ShouldAllBe(a => a.StatusCode == HttpStatusCode.OK);
        await (await wang.Pay(id)).ShouldBeProblem(409, "order_already_paid");
        await (await wang.Pay(id, "tok_declined", key)).ShouldBeProblem(422, "idempotency_key_reused");
        (await Charges(market.Service.Database, 100_00, id, key)).ShouldBe(1);
    }

    [Fact]
    public async Task Two_payments_at_once_settle_one_and_charge_one()
    {
        var listing = await market.List();
        var id = await wang.Order(listing.ProductId).OrderId();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => wang.Pay(id)));
        answers.Count(a => a.StatusCode == HttpStatusCode.OK).ShouldBe(1);
        foreach (var refused in answers.Where(a => a.StatusCode != HttpStatusCode.OK))
            (await refused.Json()).GetProperty("code").GetString().ShouldBeOneOf("order_already_paid", "payment_in_progress", "conflict");
        var card = await wang.Card(listing.ProductId);
        card.Units().ShouldBe(9);
        card.GetProperty("popularity").GetProperty("orders").GetInt64().ShouldBe(1);
    }

    [Fact]
    public async Task A_declined_payment_leaves_the_order_to_be_paid_in_another_way()
    {
        var listing = await market.List();
        var id = await wang.Order(listing.ProductId).OrderId();
        await (await wang.Pay(id, "tok_insufficient_funds")).ShouldBeProblem(402, "payment_declined");
        await (await wang.Pay(id, "tok_made_up")).ShouldBeProblem(422, "payment_token_unknown");
        (await wang.Pay(id)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_order_that_is_not_paid_expires_releases_its_units_and_cannot_be_paid()
    {
        await using var impatient = await ServiceUnderTest<Program>.Start(
            servers, tokens, "commerce-card", new Dictionary<string, string?> { ["Ordering:ReserveFor"] = "00:00:01" });
        var product = $"desk-{Guid.NewGuid():N}";
        var buyer = impatient.As(Guid.CreateVersion7());
        (await buyer.Import(Feeds.Of(Feeds.Row(product, quantity: "4")))).EnsureSuccessStatusCode();
        var id = await buyer.Order(product, 4).OrderId();
        await (await buyer.Order(product)).ShouldBeProblem(409, "sold_out");
        await Eventually.Passes(async () => (await buyer.Card(product)).Units().ShouldBe(4));
        (await buyer.GetFromJsonAsync<JsonElement>($"/orders/{id}")).GetProperty("status").GetString().ShouldBe("expired");
        await (await buyer.Pay(id)).ShouldBeProblem(409, "order_expired");
    }

    [Fact]
    public async Task Somebody_elses_order_is_as_good_as_none()
    {
        var listing = await market.List();
        var id = await wang.Order(listing.ProductId).OrderId();
        var stranger = market.Service.As(Guid.CreateVersion7());
        await (await stranger.GetAsync($"/orders/{id}")).ShouldBeProblem(404, "order_unknown");
        await (await stranger.Pay(id)).ShouldBeProblem(404, "order_unknown");
        (await stranger.GetFromJsonAsync<JsonElement>("/orders")).GetProperty("items").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Ones_own_orders_are_paged_newest_first()
    {
        var listing = await market.List();
        var ids = new List<Guid>();
        for (var i = 0; i < 5; i++)
            ids.Add(await wang.Order(listing.ProductId).OrderId());
        var seen = new List<Guid>();
        for (string? next = ""; next is not null;)
        {
            var page = await wang.GetFromJsonAsync<JsonElement>($"/orders?limit=2{(next.Length > 0 ? $"&before={next}" : "")}");
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(o => o.GetProperty("orderId").GetGuid()));
            next = page.GetProperty("next").GetString();
        }
        seen.ShouldBe(Enumerable.Reverse(ids));
    }

    [Fact]
    public async Task Bad_input_is_answered_with_what_to_do()
    {
        var listing = await market.List();
        await (await wang.Order("no-such-desk")).ShouldBeProblem(404, "product_unknown");
        await (await wang.Order(listing.ProductId, -1)).ShouldBeProblem(422, "quantity_invalid");
        await (await wang.Order(listing.ProductId, 0)).ShouldBeProblem(422, "quantity_invalid");
        await (await wang.Order(listing.ProductId, 101)).ShouldBeProblem(422, "quantity_invalid");
        await (await wang.Pay(Guid.CreateVersion7())).ShouldBeProblem(404, "order_unknown");
        await (await wang.PostAsJsonAsync("/orders", new { productId = listing.ProductId })).ShouldBeProblem(400, "idempotency_key_missing");
        using var broken = new StringContent("{\"productId\": ", Encoding.UTF8, "application/json");
        await (await wang.Send("/orders", broken)).ShouldBeProblem(400, "malformed_request");
        await (await wang.GetAsync("/orders?before=1")).ShouldBeProblem(400, "invalid_cursor");
        await (await wang.GetAsync($"/orders/{Guid.CreateVersion7()}")).ShouldBeProblem(404, "order_unknown");
        (await market.Service.Anonymous().Order(listing.ProductId)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await wang.Card(listing.ProductId)).Units().ShouldBe(10);
    }

    /// <summary>How often the provider was charged for an order: its books are kept under our payment's id.</summary>
    private static async Task<long> Charges(NpgsqlDataSource database, long amount, Guid orderId, string key)
    {
        var payment = new Guid(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes($"{orderId}|{key}"))[..16]);
        await using var command = database.CreateCommand(
            "select count(*) from simulated_payment where payment_id = $1 and amount_minor = $2 and declined is null");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = payment });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = amount });
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
