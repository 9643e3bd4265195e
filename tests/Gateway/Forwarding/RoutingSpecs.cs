using System.Net;
using Hutong.Gateway.Tests.Hosting;
using static Hutong.Gateway.Tests.Hosting.GatewayUnderTest;

namespace Hutong.Gateway.Tests.Forwarding;

[Collection(typeof(OnSharedPlatform))]
public sealed class RoutingSpecs(SharedPlatform shared)
{
    private readonly Platform platform = shared.Platform;

    [Theory]
    [InlineData(Social, "social-feed")]
    [InlineData(Shop, "commerce-card")]
    [InlineData(Brand, "attribution")]
    public async Task A_sites_pages_come_from_its_service(string site, string service)
    {
        using var browser = platform.Browser();

        (await browser.Fetch(platform.At(site, "/some/page"))).Header("X-Service").ShouldBe(service);
    }

    [Theory]
    [InlineData("/feed/home", "social-feed")]
    [InlineData("/products", "commerce-card")]
    [InlineData("/products/1", "commerce-card")]
    [InlineData("/cards/1", "commerce-card")]
    [InlineData("/embed/card.js", "commerce-card")]
    [InlineData("/orders/1/pay", "commerce-card")]
    [InlineData("/ladders/1", "commerce-card")]
    [InlineData("/catalogue/import", "commerce-card")]
    [InlineData("/attribution/orders/1", "attribution")]
    public async Task An_api_is_at_the_same_path_on_every_host(string path, string service)
    {
        using var browser = platform.Browser();
        foreach (var origin in (string[])[platform.Gateway.Origin, platform.Gateway.SiteOrigin(Social), platform.Gateway.SiteOrigin(Brand)])
            (await browser.Fetch(origin + path)).Header("X-Service").ShouldBe(service, origin);
    }

    [Theory]
    [InlineData("/nothing-of-ours")]
    [InlineData("/signin")]
    [InlineData("/feeds")]
    [InlineData("/health/anything")]
    public async Task What_is_not_offered_on_the_public_host_is_not_there(string path)
    {
        using var browser = platform.Browser();

        var answer = await browser.Fetch(platform.Gateway.Origin + path);

        answer.Status.ShouldBe(HttpStatusCode.NotFound);
        answer.Code.ShouldBe("not_found");
    }

    [Fact]
    public async Task The_provider_is_not_on_a_sites_host()
    {
        using var browser = platform.Browser();

        (await browser.Fetch(platform.At(Social, "/jwks"))).Header("X-Service").ShouldBe("social-feed");
    }

    [Theory]
    [InlineData("elsewhere.example")]
    [InlineData("localhost")]
    [InlineData("evil.social.localhost")]
    public async Task A_host_that_is_not_ours_is_refused(string host)
    {
        using var browser = platform.Browser();
        var request = new HttpRequestMessage(HttpMethod.Get, $"{platform.Gateway.Origin}/products");
        request.Headers.Host = host;

        var answer = await browser.Send(request);

        answer.Status.ShouldBe(HttpStatusCode.MisdirectedRequest);
        answer.Code.ShouldBe("unknown_host");
    }

    [Fact]
    public async Task The_style_sheet_and_the_language_switch_are_on_every_site()
    {
        using var browser = platform.Browser();

        (await browser.Fetch(platform.At(Shop, Hutong.Web.PageAssets.StylePath))).Header("Content-Type").ShouldBe("text/css; charset=utf-8");
        (await browser.Fetch(platform.At(Shop, "/language?to=zh-CN&return=/a"))).Location.ShouldBe(platform.At(Shop, "/a"));
    }
}
