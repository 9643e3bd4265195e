using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Hutong.CommerceCard.Tests;

[Collection(nameof(Market))]
public sealed class CatalogueSpecs(Market market)
{
    private readonly HttpClient brand = market.Service.As(Guid.CreateVersion7());

    [Fact]
    public async Task The_whole_demo_catalogue_is_imported_and_a_second_import_changes_only_what_differs()
    {
        var feed = await Feeds.Demo();
        var first = await (await brand.Import(feed)).Json();
        first.Counts().ShouldBe((1_894, 0, 0, 0));

        var again = await (await brand.Import(feed)).Json();
        again.Counts().ShouldBe((0, 0, 1_894, 0));

        var lines = feed.Split('\n');
        lines[1] = lines[1].Replace("130.98 USD", "129.98 USD", StringComparison.Ordinal);
        lines[2] += "0";
        var changed = await (await brand.Import(string.Join('\n', lines))).Json();
        changed.Counts().ShouldBe((0, 2, 1_892, 0));
        (await market.Other.Anonymous().Card(lines[1].Split('\t')[0])).PriceOf().ShouldBe(129_98);
    }

    [Fact]
    public async Task Every_product_is_reached_by_paging()
    {
        var prefix = $"p{Guid.NewGuid():N}"[..12];
        await brand.Import(Feeds.Of([.. Enumerable.Range(0, 7).Select(i => Feeds.Row($"{prefix}-{i}"))]));
        var seen = new List<string>();
        for (var after = prefix; after is not null;)
        {
            var page = await market.Any.Anonymous().GetFromJsonAsync<JsonElement>($"/products?limit=3&after={after}");
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(p => p.GetProperty("productId").GetString()!));
            after = page.GetProperty("next").GetString();
            if (seen.Count > 7)
                break;
        }
        seen.Where(id => id.StartsWith(prefix, StringComparison.Ordinal)).ShouldBe(Enumerable.Range(0, 7).Select(i => $"{prefix}-{i}"));
    }

    [Fact]
    public async Task Importing_the_same_count_again_does_not_bring_back_what_was_sold()
    {
        var listing = await market.List(quantity: 5);
        var buyer = market.Service.As(Guid.CreateVersion7());
        await buyer.Pay(await buyer.Order(listing.ProductId, 2).OrderId());

        await market.Service.As(listing.Brand).Import(Feeds.Of(Feeds.Row(listing.ProductId, quantity: "5")));
        (await buyer.Card(listing.ProductId)).Units().ShouldBe(3);
        await market.Service.As(listing.Brand).Import(Feeds.Of(Feeds.Row(listing.ProductId, quantity: "8")));
        (await buyer.Card(listing.ProductId)).Units().ShouldBe(8);
    }

    [Fact]
    public async Task Bad_lines_are_named_and_the_others_imported()
    {
        var id = $"good-{Guid.NewGuid():N}";
        var report = await (await brand.Import(Feeds.Of(
            Feeds.Row(id),
            Feeds.Row(id),
            "one\ttwo",
            Feeds.Row("has space"),
            Feeds.Row("live"),
            Feeds.Row("a1", title: ""),
            Feeds.Row("a2", title: new string('长', 151)),
            Feeds.Row("a3", price: "12,50 USD"),
            Feeds.Row("a4", price: "-1.00 USD"),
            Feeds.Row("a5", price: "1.005 USD"),
            Feeds.Row("a6", price: "5.00 XXX"),
            Feeds.Row("a7", quantity: "-3"),
            Feeds.Row("a8", quantity: "some"),
            Feeds.Row("a9", link: "javascript:alert(1)"),
            Feeds.Row("a10", availability: "maybe"),
            Feeds.Row("a11", title: "bell \a")))).Json();
        report.Counts().ShouldBe((1, 0, 0, 15));
        report.GetProperty("rejected").EnumerateArray().Select(r => (r.GetProperty("line").GetInt32(), r.GetProperty("code").GetString()))
            .ShouldBe(
            [
                (3, "id_repeated"), (4, "wrong_number_of_values"), (5, "id_invalid"), (6, "id_invalid"), (7, "title_missing"),
                (8, "title_too_long"), (9, "price_invalid"), (10, "price_not_positive"), (11, "price_invalid"),
                (12, "currency_unknown"), (13, "quantity_negative"), (14, "quantity_invalid"), (15, "link_invalid"),
                (16, "availability_unknown"), (17, "control_character"),
            ]);
    }

    [Fact]
    public async Task What_is_no_feed_is_refused_whole()
    {
        await (await brand.Import("")).ShouldBeProblem(422, "feed_invalid");
        await (await brand.Import("{\"not\": \"a feed\"}")).ShouldBeProblem(422, "feed_invalid");
        await (await brand.Import("id\ttitle\nx\ty\n")).ShouldBeProblem(422, "feed_invalid");
        await (await brand.Import(Feeds.Header + "\tid\n")).ShouldBeProblem(422, "feed_invalid");
        await (await brand.Import([.. Encoding.UTF8.GetBytes(Feeds.Header + "\n"), 0xff, 0xfe, 0x00])).ShouldBeProblem(422, "feed_invalid");
    }

    [Fact]
    public async Task The_list_of_rejected_lines_is_bounded_and_their_number_is_told()
    {
        var report = await (await brand.Import(Feeds.Of([.. Enumerable.Repeat("garbage", 250)]))).Json();
        report.GetProperty("rejected").GetArrayLength().ShouldBe(100);
        report.GetProperty("rejectedTotal").GetInt32().ShouldBe(250);
    }

    [Fact]
    public async Task The_same_import_under_one_key_gets_the_first_answer_and_another_one_is_refused()
    {
        var key = Guid.CreateVersion7().ToString();
        var feed = Feeds.Of(Feeds.Row($"k-{Guid.NewGuid():N}"));
        (await (await brand.Import(feed, key)).Json()).Counts().ShouldBe((1, 0, 0, 0));
        (await (await brand.Import(feed, key)).Json()).Counts().ShouldBe((1, 0, 0, 0));
        await (await brand.Import(Feeds.Of(Feeds.Row($"k-{Guid.NewGuid():N}")), key)).ShouldBeProblem(422, "idempotency_key_reused");
    }

    [Fact]
    public async Task Another_shops_product_is_not_changed()
    {
        var listing = await market.List();
        var report = await (await brand.Import(Feeds.Of(Feeds.Row(listing.ProductId, price: "1.00 USD")))).Json();
        report.GetProperty("rejected")[0].GetProperty("code").GetString().ShouldBe("product_of_another_shop");
        (await brand.Card(listing.ProductId)).PriceOf().ShouldBe(100_00);
    }

    [Fact]
    public async Task A_feed_names_its_type()
    {
        using var named = new StringContent(Feeds.Of(Feeds.Row($"t-{Guid.NewGuid():N}")), Encoding.UTF8, "text/tab-separated-values");
        (await brand.Send("/catalogue/import", named)).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var json = new StringContent("{}", Encoding.UTF8, "application/json");
        await (await brand.Send("/catalogue/import", json)).ShouldBeProblem(415, "unsupported_media_type");
    }

    [Fact]
    public async Task Nobody_imports_without_signing_in() =>
        (await market.Service.Anonymous().Import(Feeds.Of())).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

    [Fact]
    public async Task A_cursor_that_is_not_ours_is_refused() =>
        await (await brand.GetAsync("/products?after=';drop")).ShouldBeProblem(400, "invalid_cursor");
}

internal static class ReportExtensions
{
    public static (int Imported, int Changed, int Unchanged, int Rejected) Counts(this JsonElement report) => (
        report.GetProperty("imported").GetInt32(), report.GetProperty("changed").GetInt32(),
        report.GetProperty("unchanged").GetInt32(), report.GetProperty("rejectedTotal").GetInt32());
}
