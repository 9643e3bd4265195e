using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Hutong.Testing;

namespace Hutong.CommerceCard.Tests;

/// <summary>Posts and reposts are made at the real Social-Feed and reach Commerce-Card over the broker.</summary>
[Collection(nameof(Market))]
public sealed class LadderSpecs(Market market)
{
    private static readonly (long, long)[] Steps = [(2, 90_00), (5, 75_00)];

    [Fact]
    public async Task The_price_falls_with_distinct_reposters_and_every_repost_says_why_it_counted_or_not()
    {
        var listing = await market.List();
        (await market.Service.As(listing.Brand).PublishLadder(listing.ProductId, 70_00, Steps)).StatusCode.ShouldBe(HttpStatusCode.Created);
        var (author, liNa, wang) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        var root = await Post(author, listing.ProductId);

        var own = await Repost(author, root);
        var first = await Repost(liNa, root);
        await Reposts(listing.ProductId, 2);
        (await market.Service.Anonymous().Card(listing.ProductId)).PriceOf().ShouldBe(100_00);

        var again = await Repost(liNa, own);
        var second = await Repost(wang, first);
        await Eventually.Passes(async () => (await market.Other.Anonymous().Card(listing.ProductId)).PriceOf().ShouldBe(90_00));

        await Reposts(listing.ProductId, 4);
        var page = await market.Any.Anonymous().GetFromJsonAsync<JsonElement>($"/ladders/{listing.ProductId}");
        page.GetProperty("reposts").EnumerateArray()
            .ToDictionary(
                r => r.GetProperty("postId").GetGuid(),
                r => r.GetProperty("counted").GetBoolean() ? $"{r.GetProperty("count")}" : r.GetProperty("reason").GetString())
            .ShouldBe(
                new Dictionary<Guid, string?> { [own] = "own_post", [first] = "1", [again] = "already_counted", [second] = "2" },
                ignoreOrder: true);
        var card = await market.Any.Anonymous().Card(listing.ProductId);
        card.GetProperty("ladder").GetProperty("count").GetInt64().ShouldBe(2);
        card.GetProperty("ladder").GetProperty("next").GetProperty("reposts").GetInt64().ShouldBe(5);
        card.GetProperty("popularity").GetProperty("reposts").GetInt64().ShouldBe(4);
    }

    [Fact]
    public async Task Forty_reposts_at_once_and_delivered_again_count_each_person_once()
    {
        var listing = await market.List();
        await market.Service.As(listing.Brand).PublishLadder(listing.ProductId, 1_00, [(20, 50_00), (21, 40_00)]);
        var roots = new[] { await Post(Guid.CreateVersion7(), listing.ProductId), await Post(Guid.CreateVersion7(), listing.ProductId) };
        // Twenty persons, each repost both originals.
        var persons = Enumerable.Range(0, 20).Select(_ => Guid.CreateVersion7()).ToArray();
        await Task.WhenAll(persons.SelectMany(person => roots.Select(root => Repost(person, root))));
        await Reposts(listing.ProductId, 40);

        // The relay begins again at the start of its log, as after a crash before its checkpoint.
        await using (var reset = market.Social.Database.CreateCommand("delete from relay_cursor; update mt_event_progression set last_seq_id = 0 where name = 'Relay:All'"))
            await reset.ExecuteNonQueryAsync();
        await Repost(Guid.CreateVersion7(), roots[0]);
        await Eventually.True(async () => await RelayCheckpoint() > 0);
        // Published after everything that is delivered again, so it is handled after it.
        await Repost(persons[0], await Post(Guid.CreateVersion7(), listing.ProductId));
        await Reposts(listing.ProductId, 42);

        var card = await market.Any.Anonymous().Card(listing.ProductId);
        card.GetProperty("ladder").GetProperty("count").GetInt64().ShouldBe(21);
        card.PriceOf().ShouldBe(40_00);
    }

    [Fact]
    public async Task While_a_ladder_stands_a_new_list_price_does_not_raise_the_price()
    {
        var listing = await market.List();
        await market.Service.As(listing.Brand).PublishLadder(listing.ProductId, 1_00, [(5, 50_00)]);
        await market.Service.As(listing.Brand).Import(Feeds.Of(Feeds.Row(listing.ProductId, price: "150.00 USD")));
        var card = await market.Any.Anonymous().Card(listing.ProductId);
        card.PriceOf().ShouldBe(100_00);
        card.GetProperty("listPrice").GetProperty("minor").GetInt64().ShouldBe(150_00);
    }

    [Fact]
    public async Task A_repost_of_a_product_without_a_ladder_is_popularity_and_nothing_else()
    {
        var listing = await market.List();
        await Repost(Guid.CreateVersion7(), await Post(Guid.CreateVersion7(), listing.ProductId));
        await Reposts(listing.ProductId, 1);
        var page = await market.Any.Anonymous().GetFromJsonAsync<JsonElement>($"/ladders/{listing.ProductId}");
        page.GetProperty("reposts")[0].GetProperty("reason").GetString().ShouldBe("no_ladder");
    }

    [Fact]
    public async Task A_ladder_is_published_once_by_the_shop_for_the_version_it_saw()
    {
        var listing = await market.List();
        var brand = market.Service.As(listing.Brand);
        await (await brand.PublishLadder("no-such-desk", 1, Steps)).ShouldBeProblem(404, "product_unknown");
        await (await brand.PublishLadder(listing.ProductId, 80_00, Steps)).ShouldBeProblem(422, "ladder_invalid");
        await (await brand.PublishLadder(listing.ProductId, 1, [(2, 100_00)])).ShouldBeProblem(422, "ladder_invalid");
        await (await brand.PublishLadder(listing.ProductId, 1, [(3, 90_00), (2, 80_00)])).ShouldBeProblem(422, "ladder_invalid");
        await (await brand.PublishLadder(listing.ProductId, 1, [])).ShouldBeProblem(422, "ladder_invalid");
        await (await market.Service.As(Guid.CreateVersion7()).PublishLadder(listing.ProductId, 1, Steps))
            .ShouldBeProblem(403, "product_of_another_shop");

        var seen = (await brand.GetAsync($"/products/{listing.ProductId}")).Headers.ETag!.ToString();
        await brand.Import(Feeds.Of(Feeds.Row(listing.ProductId, price: "99.00 USD")));
        await (await brand.PublishLadder(listing.ProductId, 1, Steps, ifMatch: seen)).ShouldBeProblem(412, "precondition_failed");
        var now = (await brand.GetAsync($"/products/{listing.ProductId}")).Headers.ETag!.ToString();
        (await brand.PublishLadder(listing.ProductId, 1, Steps, ifMatch: now)).StatusCode.ShouldBe(HttpStatusCode.Created);
        await (await brand.PublishLadder(listing.ProductId, 1, Steps)).ShouldBeProblem(409, "ladder_stands");
    }

    private async Task<long> RelayCheckpoint()
    {
        await using var read = market.Social.Database.CreateCommand("select last_seq_id from mt_event_progression where name = 'Relay:All'");
        return (long)(await read.ExecuteScalarAsync())!;
    }

    private async Task<Guid> Post(Guid author, string productId)
    {
        var response = await market.Social.As(author).Send(
            "/feed/posts", JsonContent.Create(new { text = $"http://shop.localhost:8080/products/{productId}" }));
        return (await response.EnsureSuccessStatusCode().Json()).GetProperty("postId").GetGuid();
    }

    private async Task<Guid> Repost(Guid person, Guid post) =>
        (await (await market.Social.As(person).Send($"/feed/posts/{post}/reposts", null)).EnsureSuccessStatusCode().Json())
        .GetProperty("postId").GetGuid();

    private Task Reposts(string productId, long count) => Eventually.Passes(async () =>
        (await market.Any.Anonymous().Card(productId)).GetProperty("popularity").GetProperty("reposts").GetInt64().ShouldBe(count));
}
