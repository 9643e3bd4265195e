using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Hutong.Testing;

namespace Hutong.CommerceCard.Tests;

[Collection(nameof(Market))]
public sealed class CardSpecs(Market market)
{
    private readonly HttpClient visitor = market.Service.Anonymous();

    [Fact]
    public async Task A_card_says_what_a_product_costs_in_both_languages_and_where_to_buy_it()
    {
        var listing = await market.List(quantity: 3, price: "1234.50 USD");
        var card = await visitor.Card(listing.ProductId);
        card.GetProperty("title").GetString().ShouldBe("书桌 Desk");
        card.PriceOf().ShouldBe(1234_50);
        var formatted = card.GetProperty("price").GetProperty("formatted");
        formatted.GetProperty("zh").GetString().ShouldBe("US$1,234.50");
        formatted.GetProperty("en").GetString().ShouldBe("$1,234.50");
        card.Units().ShouldBe(3);
        card.GetProperty("links").GetProperty("buy").GetString().ShouldBe($"http://shop.localhost:8080/products/{listing.ProductId}");
        card.TryGetProperty("ladder", out _).ShouldBeFalse();
        await Eventually.Passes(async () =>
            (await visitor.Card(listing.ProductId)).GetProperty("reputation").GetProperty("asOf").GetDateTimeOffset().ShouldBeGreaterThan(default));
    }

    [Fact]
    public async Task A_card_that_has_not_changed_is_not_sent_again()
    {
        var listing = await market.List();
        await Eventually.True(async () => (await visitor.Card(listing.ProductId)).TryGetProperty("reputation", out _));
        var first = await visitor.GetAsync($"/cards/{listing.ProductId}");
        first.Headers.CacheControl!.Public.ShouldBeTrue();
        (await Ask(first.Headers.ETag!)).StatusCode.ShouldBe(HttpStatusCode.NotModified);

        await market.Other.As(Guid.CreateVersion7()).Order(listing.ProductId);
        var changed = await Ask(first.Headers.ETag!);
        changed.StatusCode.ShouldBe(HttpStatusCode.OK);
        changed.Headers.ETag.ShouldNotBe(first.Headers.ETag);

        async Task<HttpResponseMessage> Ask(EntityTagHeaderValue tag)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/cards/{listing.ProductId}");
            request.Headers.IfNoneMatch.Add(tag);
            return await market.Other.Anonymous().SendAsync(request);
        }
    }

    [Fact]
    public async Task The_same_card_is_a_page_for_a_frame_with_a_tag_of_its_own()
    {
        var listing = await market.List();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/cards/{listing.ProductId}");
        request.Headers.Accept.ParseAdd("text/html,application/xhtml+xml,*/*;q=0.8");
        request.Headers.AcceptLanguage.ParseAdd("zh-CN");
        var negotiated = await visitor.SendAsync(request);
        negotiated.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        var html = await negotiated.Content.ReadAsStringAsync();
        html.ShouldContain("书桌 Desk");
        html.ShouldContain("去购买");
        html.ShouldContain("US$100.00");
        var json = await visitor.GetAsync($"/cards/{listing.ProductId}");
        negotiated.Headers.ETag.ShouldNotBe(json.Headers.ETag);
        var explicitly = await visitor.GetAsync($"/cards/{listing.ProductId}.html?via={Guid.CreateVersion7()}");
        (await explicitly.Content.ReadAsStringAsync()).ShouldContain("Go buy");
        explicitly.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("frame-ancestors *");
    }

    [Fact]
    public async Task What_a_shop_writes_is_text_and_never_markup()
    {
        var id = $"x-{Guid.NewGuid():N}";
        await market.Service.As(Guid.CreateVersion7()).Import(Feeds.Of(Feeds.Row(id, title: "<script>alert(1)</script>&\"")));
        foreach (var path in new[] { $"/cards/{id}.html", $"/products/{id}" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Accept.ParseAdd("text/html");
            (await (await visitor.SendAsync(request)).Content.ReadAsStringAsync()).ShouldNotContain("<script>alert");
        }
    }

    [Fact]
    public async Task Any_origin_may_read_a_card_and_none_gets_credentials()
    {
        var listing = await market.List();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/cards/{listing.ProductId}");
        request.Headers.Add("Origin", "https://elsewhere.example");
        var response = await visitor.SendAsync(request);
        response.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe(["*"]);
        response.Headers.Contains("Access-Control-Allow-Credentials").ShouldBeFalse();
        using var preflight = new HttpRequestMessage(HttpMethod.Options, $"/cards/{listing.ProductId}/clicks");
        preflight.Headers.Add("Origin", "https://elsewhere.example");
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        preflight.Headers.Add("Access-Control-Request-Headers", "content-type");
        (await visitor.SendAsync(preflight)).Headers.GetValues("Access-Control-Allow-Origin").ShouldBe(["*"]);
    }

    [Fact]
    public async Task A_link_to_a_product_of_ours_is_resolved_and_no_other()
    {
        var listing = await market.List();
        foreach (var site in new[] { "http://shop.localhost:8080", "http://localhost:8080" })
        {
            var card = await Resolve($"{site}/products/{listing.ProductId}?via=1#x");
            card.StatusCode.ShouldBe(HttpStatusCode.OK);
            (await card.Json()).GetProperty("productId").GetString().ShouldBe(listing.ProductId);
        }
        foreach (var url in new[]
                 {
                     $"http://evil.example/products/{listing.ProductId}", $"http://shop.localhost:8080.evil.example/products/{listing.ProductId}",
                     $"http://shop.localhost:8080@evil.example/products/{listing.ProductId}", $"https://shop.localhost:8080/products/{listing.ProductId}",
                     $"http://shop.localhost:8080/products/{listing.ProductId}/x", "http://shop.localhost:8080/products/no-such-desk",
                     "http://169.254.169.254/latest", "not a link", "",
                 })
        {
            await (await Resolve(url)).ShouldBeProblem(404, "link_unknown");
        }

        Task<HttpResponseMessage> Resolve(string url) => visitor.GetAsync($"/cards/by-link?url={Uri.EscapeDataString(url)}");
    }

    [Fact]
    public async Task A_click_is_recorded_with_or_without_a_person_and_leads_to_the_product()
    {
        var listing = await market.List();
        var via = Guid.CreateVersion7();
        var click = await visitor.PostAsJsonAsync($"/cards/{listing.ProductId}/clicks", new { viaPostId = via, channel = "social" });
        click.StatusCode.ShouldBe(HttpStatusCode.Created);
        var id = (await click.Json()).GetProperty("clickId").GetGuid();
        (await Stored(id)).ShouldContain($"\"PersonId\": null");

        var liNa = Guid.CreateVersion7();
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["via"] = $"{via}", ["channel"] = "shop" });
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/cards/{listing.ProductId}/clicks") { Content = form };
        request.Headers.Accept.ParseAdd("text/html");
        var led = await market.Service.As(liNa).SendAsync(request);
        led.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        led.Headers.Location!.ToString().ShouldBe($"http://shop.localhost:8080/products/{listing.ProductId}?via={via}");
        (await market.Service.As(liNa).PostAsync($"/cards/{listing.ProductId}/clicks", null)).StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Bad_clicks_and_unknown_cards_are_refused()
    {
        var listing = await market.List();
        await (await visitor.GetAsync("/cards/no-such-desk")).ShouldBeProblem(404, "product_unknown");
        await (await visitor.GetAsync("/cards/no-such-desk.html")).ShouldBeProblem(404, "product_unknown");
        await (await visitor.GetAsync("/cards/no-such-desk/live")).ShouldBeProblem(404, "product_unknown");
        await (await visitor.PostAsync("/cards/no-such-desk/clicks", null)).ShouldBeProblem(404, "product_unknown");
        await (await visitor.PostAsJsonAsync($"/cards/{listing.ProductId}/clicks", new { channel = "telepathy" })).ShouldBeProblem(422, "channel_unknown");
        using var broken = new StringContent("{\"viaPostId\": 7", Encoding.UTF8, "application/json");
        await (await visitor.PostAsync($"/cards/{listing.ProductId}/clicks", broken)).ShouldBeProblem(400, "malformed_request");
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["via"] = "nonsense" });
        await (await visitor.PostAsync($"/cards/{listing.ProductId}/clicks", form)).ShouldBeProblem(400, "malformed_request");
        using var xml = new StringContent("<x/>", Encoding.UTF8, "application/xml");
        await (await visitor.PostAsync($"/cards/{listing.ProductId}/clicks", xml)).ShouldBeProblem(415, "unsupported_media_type");
    }

    [Fact]
    public async Task The_embed_script_may_be_loaded_from_anywhere()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/embed/card.js");
        request.Headers.Add("Origin", "https://elsewhere.example");
        var response = await visitor.SendAsync(request);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/javascript");
        response.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe(["*"]);
        var script = await response.Content.ReadAsStringAsync();
        script.ShouldContain("customElements.define('hutong-card'");
        script.ShouldNotContain("innerHTML");
    }

    private async Task<string> Stored(Guid clickId)
    {
        await using var command = market.Service.Database.CreateCommand("select data::text from mt_events where stream_id = $1");
        command.Parameters.AddWithValue($"click-{clickId}");
        return (string)(await command.ExecuteScalarAsync())!;
    }
}
