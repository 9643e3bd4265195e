using System.Net;
using Hutong.Gateway.Tests.Hosting;
using static Hutong.Gateway.Tests.Hosting.GatewayUnderTest;

namespace Hutong.Gateway.Tests.SigningOut;

[Collection(typeof(OnSharedPlatform))]
public sealed class SignOutSpecs(SharedPlatform shared)
{
    private readonly Platform platform = shared.Platform;

    [Fact]
    public async Task Ends_the_session_here_and_then_at_the_provider()
    {
        using var browser = await platform.SignedIn();
        var id = browser.CookiesOfSite(Social)["__Host-hutong"];

        var answer = await browser.Post(platform.At(Social, "/signout"));

        answer.Status.ShouldBe(HttpStatusCode.SeeOther);
        answer.Location.ShouldStartWith($"{platform.Gateway.Origin}/end_session?");
        answer.LocationParameter("id_token_hint").ShouldNotBeNull();
        answer.LocationParameter("client_id").ShouldBe("hutong-social");
        answer.LocationParameter("post_logout_redirect_uri").ShouldBe(platform.At(Social, "/signout-callback"));
        browser.CookiesOfSite(Social).ShouldNotContainKey("__Host-hutong");
        (await browser.Follow(answer)).Address.AbsoluteUri.ShouldBe(platform.At(Social));
        using var thief = platform.Browser();
        thief.CookiesOfSite(Social)["__Host-hutong"] = id;
        (await thief.Fetch(platform.At(Social))).InternalClaim("sub").ShouldBeNull();
    }

    [Fact]
    public async Task A_link_only_asks()
    {
        using var browser = await platform.SignedIn();

        var page = await browser.Open(platform.At(Social, "/signout"));

        page.Status.ShouldBe(HttpStatusCode.OK);
        page.Body.ShouldContain("""<form method="post" action="/signout">""");
        page.Header("Content-Security-Policy")!.ShouldContain($"form-action 'self' {platform.Gateway.Origin}");
        (await browser.Fetch(platform.At(Social))).InternalClaim("sub").ShouldNotBeNull();
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Origin", "http://elsewhere.example")]
    [InlineData(null, null)]
    public async Task A_form_of_another_site_signs_nobody_out(string? header, string? value)
    {
        using var browser = await platform.SignedIn();
        var request = new HttpRequestMessage(HttpMethod.Post, platform.At(Social, "/signout"));
        if (header is not null)
            request.Headers.Add(header, value);

        var answer = await browser.Send(request);

        answer.Status.ShouldBe(HttpStatusCode.Forbidden);
        answer.Code.ShouldBe("cross_site_request");
        (await browser.Fetch(platform.At(Social))).InternalClaim("sub").ShouldNotBeNull();
    }
}
