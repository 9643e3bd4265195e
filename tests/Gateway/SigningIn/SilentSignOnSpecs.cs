using System.Net;
using Hutong.Gateway.Tests.Hosting;
using static Hutong.Gateway.Tests.Hosting.GatewayUnderTest;

namespace Hutong.Gateway.Tests.SigningIn;

[Collection(typeof(OnSharedPlatform))]
public sealed class SilentSignOnSpecs(SharedPlatform shared)
{
    private readonly Platform platform = shared.Platform;

    [Fact]
    public async Task Who_signed_in_at_the_shop_is_known_to_the_social_site_without_being_asked()
    {
        var person = Platform.NewPerson();
        using var browser = await platform.SignedIn(Shop, person);

        var page = await browser.OpenAndFollow(platform.At(Social, "/wall?page=2"));

        page.Address.AbsoluteUri.ShouldBe(platform.At(Social, "/wall?page=2"));
        page.InternalClaim("sub").ShouldBe(person);
        page.InternalClaim("aud").ShouldBe("social-feed");
    }

    [Fact]
    public async Task A_visitor_is_asked_for_once_and_then_left_alone()
    {
        using var browser = platform.Browser();

        var first = await browser.Open(platform.At(Social, "/wall"));
        first.LocationParameter("prompt").ShouldBe("none");
        var page = await browser.Follow(first);

        page.Address.AbsoluteUri.ShouldBe(platform.At(Social, "/wall"));
        page.Status.ShouldBe(HttpStatusCode.OK);
        page.InternalClaim("sub").ShouldBeNull();
        (await browser.Open(platform.At(Social, "/other"))).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_memory_of_having_asked_ends_with_the_browser_session()
    {
        using var browser = platform.Browser();

        var answer = await browser.Open(platform.At(Social));

        var cookie = answer.Headers["Set-Cookie"].Single().Split(", ").Single(c => c.StartsWith("__Host-hutong-silent=", StringComparison.Ordinal));
        cookie.ShouldNotContain("max-age", Case.Insensitive);
    }

    [Fact]
    public async Task A_browser_whose_session_ran_out_is_asked_for_once_more()
    {
        var person = Platform.NewPerson();
        using var browser = platform.Browser();
        await browser.OpenAndFollow(platform.At(Social));
        browser.IsKnownToProviderAs(person);
        browser.CookiesOfSite(Social)["__Host-hutong"] = "ran-out";

        var page = await browser.OpenAndFollow(platform.At(Social, "/wall"));

        page.InternalClaim("sub").ShouldBe(person);
    }

    [Theory]
    [InlineData("Sec-Fetch-Mode", null)]
    [InlineData("Sec-Fetch-Mode", "cors")]
    [InlineData("Sec-Fetch-Dest", "iframe")]
    [InlineData("Accept", "application/json")]
    public async Task Only_a_person_opening_a_page_is_sent_round(string header, string? value)
    {
        using var browser = platform.Browser();
        var request = new HttpRequestMessage(HttpMethod.Get, platform.At(Social));
        foreach (var (name, usual) in (Dictionary<string, string>)new()
        {
            ["Accept"] = "text/html",
            ["Sec-Fetch-Mode"] = "navigate",
            ["Sec-Fetch-Dest"] = "document",
        })
        {
            if ((name == header ? value : usual) is { } sent)
                request.Headers.Add(name, sent);
        }

        (await browser.Send(request)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_path_that_reads_as_another_host_leads_nowhere_else()
    {
        using var browser = platform.Browser();

        var answer = await browser.Open($"{platform.Gateway.SiteOrigin(Social)}//elsewhere.example/");

        answer.Location.ShouldBeNull();
    }

    [Fact]
    public async Task A_page_that_needs_somebody_sends_the_visitor_to_sign_in_and_back()
    {
        var person = Platform.NewPerson();
        using var browser = platform.Browser();
        await browser.OpenAndFollow(platform.At(Social));

        var answer = await browser.Open(platform.At(Social, "/members?tab=1"));

        answer.Location.ShouldBe(platform.At(Social, "/signin?return=%2Fmembers%3Ftab%3D1"));
        browser.IsKnownToProviderAs(person);
        var page = await browser.Follow(answer);
        page.Address.AbsoluteUri.ShouldBe(platform.At(Social, "/members?tab=1"));
        page.Body.ShouldBe("members");
    }

    [Fact]
    public async Task A_script_that_needs_somebody_gets_the_services_401()
    {
        using var browser = platform.Browser();

        var answer = await browser.Fetch(platform.At(Social, "/members"));

        answer.Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Who_is_signed_in_and_refused_all_the_same_does_not_go_round_in_circles()
    {
        using var browser = await platform.SignedIn();

        (await browser.Open(platform.At(Social, "/never"))).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }
}
