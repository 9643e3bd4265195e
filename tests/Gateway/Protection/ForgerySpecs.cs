using System.Net;
using Hutong.Gateway.Tests.Hosting;
using static Hutong.Gateway.Tests.Hosting.GatewayUnderTest;

namespace Hutong.Gateway.Tests.Protection;

[Collection(typeof(OnSharedPlatform))]
public sealed class ForgerySpecs(SharedPlatform shared)
{
    private readonly Platform platform = shared.Platform;

    [Theory]
    [InlineData("POST", "cross-site", null)]
    [InlineData("POST", "same-site", null)]
    [InlineData("POST", "none", null)]
    [InlineData("POST", null, "http://elsewhere.example")]
    [InlineData("POST", null, "null")]
    [InlineData("POST", null, null)]
    [InlineData("PUT", "cross-site", null)]
    [InlineData("DELETE", "cross-site", null)]
    [InlineData("PATCH", "cross-site", null)]
    public async Task A_change_with_a_session_from_elsewhere_is_refused(string method, string? from, string? origin)
    {
        using var browser = await platform.SignedIn();

        var answer = await browser.Send(Request(method, from, origin));

        answer.Status.ShouldBe(HttpStatusCode.Forbidden);
        answer.Code.ShouldBe("cross_site_request");
    }

    [Fact]
    public async Task A_change_from_another_of_our_sites_is_refused_too()
    {
        using var browser = await platform.SignedIn();

        (await browser.Send(Request("POST", null, platform.Gateway.SiteOrigin(Shop)))).Code.ShouldBe("cross_site_request");
    }

    [Theory]
    [InlineData("same-origin", null)]
    [InlineData(null, "own")]
    public async Task A_change_from_the_sites_own_page_goes_through(string? from, string? origin)
    {
        var person = Platform.NewPerson();
        using var browser = await platform.SignedIn(Social, person);

        var answer = await browser.Send(Request("POST", from, origin is null ? null : platform.Gateway.SiteOrigin(Social)));

        answer.InternalClaim("sub").ShouldBe(person);
        answer.Echoed.Body.ShouldBe("change");
    }

    [Fact]
    public async Task A_change_with_an_access_token_needs_no_origin()
    {
        using var browser = platform.Browser();
        var request = new HttpRequestMessage(HttpMethod.Post, $"{platform.Gateway.Origin}/feed/posts") { Content = new StringContent("change") };
        request.Headers.Authorization = new("Bearer", platform.Provider.AccessTokenFor(Platform.NewPerson()));

        (await browser.Send(request)).Status.ShouldBe(HttpStatusCode.OK);
    }

    private HttpRequestMessage Request(string method, string? from, string? origin)
    {
        var request = new HttpRequestMessage(HttpMethod.Parse(method), platform.At(Social, "/feed/posts")) { Content = new StringContent("change") };
        if (from is not null)
            request.Headers.Add("Sec-Fetch-Site", from);
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        return request;
    }
}
