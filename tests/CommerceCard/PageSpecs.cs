using System.Net;
using System.Text.RegularExpressions;
using Hutong.Testing;

namespace Hutong.CommerceCard.Tests;

/// <summary>The shop as a browser without script uses it.</summary>
[Collection(nameof(Market))]
public sealed partial class PageSpecs(Market market)
{
    [Fact]
    public async Task A_person_buys_with_nothing_but_links_and_forms()
    {
        var listing = await market.List(quantity: 2, price: "12.00 USD");
        var wang = market.Service.As(Guid.CreateVersion7());
        var via = Guid.CreateVersion7();
        var product = await Page(wang, $"/products/{listing.ProductId}?via={via}");
        product.ShouldContain("/signout");

        var ordered = await Submit(wang, "/checkout", product);
        ordered.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        var checkout = await Page(wang, ordered.Headers.Location!.ToString());
        checkout.ShouldContain("$12.00");

        var declined = await Submit(wang, $"{ordered.Headers.Location}/pay", checkout, ("token", "tok_declined"));
        declined.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        var again = await declined.Content.ReadAsStringAsync();
        again.ShouldContain("was declined");

        var paid = await Submit(wang, $"{ordered.Headers.Location}/pay", again, ("token", "tok_ok"));
        paid.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await Page(wang, paid.Headers.Location!.ToString())).ShouldContain("Paid and confirmed");
        (await Page(wang, "/purchases")).ShouldContain(listing.ProductId);
        (await wang.GetAsync($"/orders/{ordered.Headers.Location!.ToString().Split('/')[^1]}")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_visitor_is_shown_the_shop_and_sent_to_sign_in_to_buy()
    {
        var listing = await market.List();
        var visitor = market.Service.Anonymous();
        (await Page(visitor, "/")).ShouldContain("<main");
        var product = await Page(visitor, $"/products/{listing.ProductId}");
        product.ShouldContain($"/signin?return=%2Fproducts%2F{listing.ProductId}");
        product.ShouldNotContain("/checkout");
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["product"] = listing.ProductId, ["quantity"] = "1" });
        (await visitor.PostAsync("/checkout", form)).Headers.Location!.ToString().ShouldBe($"/signin?return=%2Fproducts%2F{listing.ProductId}");
        foreach (var path in new[] { "/purchases", $"/checkout/{Guid.CreateVersion7()}" })
            (await visitor.GetAsync(path)).Headers.Location!.ToString().ShouldBe($"/signin?return={Uri.EscapeDataString(path)}");
    }

    [Fact]
    public async Task Pages_speak_chinese_and_english()
    {
        var listing = await market.List();
        var visitor = market.Service.Anonymous();
        visitor.DefaultRequestHeaders.AcceptLanguage.ParseAdd("zh-CN");
        var page = await Page(visitor, $"/products/{listing.ProductId}");
        page.ShouldContain("lang=\"zh-CN\"");
        page.ShouldContain("登录后购买");
    }

    [Fact]
    public async Task A_products_page_on_the_public_host_is_the_shops()
    {
        var listing = await market.List();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/products/{listing.ProductId}");
        request.Headers.Accept.ParseAdd("text/html");
        request.Headers.Add("X-Forwarded-Host", "localhost:8080");
        (await market.Service.Anonymous().SendAsync(request)).Headers.Location!.ToString()
            .ShouldBe($"http://shop.localhost:8080/products/{listing.ProductId}");
    }

    [Fact]
    public async Task An_unknown_product_is_a_page_that_says_so()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/products/no-such-desk");
        request.Headers.Accept.ParseAdd("text/html");
        var response = await market.Service.Anonymous().SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await response.Content.ReadAsStringAsync()).ShouldContain("There is no such product");
    }

    [Fact]
    public async Task A_product_without_a_photograph_has_a_picture()
    {
        var listing = await market.List();
        var picture = await market.Service.Anonymous().GetAsync($"/products/{listing.ProductId}/picture.svg");
        picture.Content.Headers.ContentType!.MediaType.ShouldBe("image/svg+xml");
        System.Xml.Linq.XDocument.Parse(await picture.Content.ReadAsStringAsync()).Root!.Name.LocalName.ShouldBe("svg");
    }

    private static async Task<string> Page(HttpClient browser, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd("text/html,application/xhtml+xml,*/*;q=0.8");
        var response = await browser.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, path);
        response.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("default-src 'none'");
        return await response.Content.ReadAsStringAsync();
    }

    /// <summary>Sends the hidden fields of the page's form, as a browser does.</summary>
    private static async Task<HttpResponseMessage> Submit(
        HttpClient browser, string action, string page, params (string Name, string Value)[] filled)
    {
        var form = page[page.IndexOf($"action=\"{action}\"", StringComparison.Ordinal)..];
        form = form[..form.IndexOf("</form>", StringComparison.Ordinal)];
        var fields = Hidden().Matches(form).Select(m => KeyValuePair.Create(m.Groups["name"].Value, m.Groups["value"].Value))
            .Concat(filled.Select(f => KeyValuePair.Create(f.Name, f.Value)))
            .Append(KeyValuePair.Create("quantity", "1"));
        using var content = new FormUrlEncodedContent(fields);
        return await browser.PostAsync(action, content);
    }

    [GeneratedRegex("<input type=\"hidden\" name=\"(?<name>[^\"]*)\" value=\"(?<value>[^\"]*)\"")]
    private static partial Regex Hidden();
}
