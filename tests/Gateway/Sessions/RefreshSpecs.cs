using Hutong.Gateway.Tests.Hosting;
using static Hutong.Gateway.Tests.Hosting.GatewayUnderTest;

namespace Hutong.Gateway.Tests.Sessions;

public sealed class RefreshSpecs : IClassFixture<SharedPlatform>
{
    private static readonly string[] Services = ["/feed/a", "/cards/a", "/attribution/a", "/identity/me"];
    private readonly Platform platform;

    public RefreshSpecs(SharedPlatform shared)
    {
        platform = shared.Platform;
        platform.Provider.BehaveAgain();
        // Nearly over when it is given: the next exchange renews it.
        platform.Provider.AccessTokenLifetime = 5;
    }

    [Fact]
    public async Task An_access_token_is_renewed_once_however_many_requests_on_both_instances_need_it()
    {
        var person = Platform.NewPerson();
        using var browser = platform.Browser();
        browser.IsKnownToProviderAs(person);
        await OnlySignIn(browser);
        platform.Provider.AccessTokenLifetime = 600;
        browser.Instance = connection => connection % 2;

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 24).Select(i => browser.Fetch(platform.At(Social, Services[i / 2 % Services.Length]))));

        answers.Select(a => a.InternalClaim("sub")).ShouldAllBe(sub => sub == person);
        platform.Provider.Refreshed.Count.ShouldBe(1);
        platform.Provider.ExchangedFor.Count.ShouldBe(2 * Services.Length, "one exchange per instance and service");
    }

    [Fact]
    public async Task A_renewal_that_is_refused_ends_the_session()
    {
        using var browser = platform.Browser();
        browser.IsKnownToProviderAs(Platform.NewPerson());
        await OnlySignIn(browser);
        platform.Provider.RefusesRefresh = true;

        (await browser.Fetch(platform.At(Social))).InternalClaim("sub").ShouldBeNull();

        platform.Provider.RefusesRefresh = false;
        (await browser.Fetch(platform.At(Social))).InternalClaim("sub").ShouldBeNull("the session is gone");
    }

    [Fact]
    public async Task A_session_revoked_at_the_provider_is_over_with_the_next_exchange()
    {
        platform.Provider.AccessTokenLifetime = 600;
        var person = Platform.NewPerson();
        using var browser = platform.Browser();
        browser.IsKnownToProviderAs(person);
        await OnlySignIn(browser);
        platform.Provider.Revoke(platform.Provider.SidOf(person));

        (await browser.Fetch(platform.At(Social))).InternalClaim("sub").ShouldBeNull();
    }

    [Fact]
    public async Task While_the_provider_is_away_a_session_is_kept_and_its_requests_are_asked_to_come_again()
    {
        var person = Platform.NewPerson();
        using var browser = platform.Browser();
        browser.IsKnownToProviderAs(person);
        await OnlySignIn(browser);
        platform.Provider.IsAway = true;

        var answer = await browser.Fetch(platform.At(Social));

        answer.Status.ShouldBe(System.Net.HttpStatusCode.ServiceUnavailable);
        answer.Code.ShouldBe("unavailable");
        platform.Provider.IsAway = false;
        (await browser.Fetch(platform.At(Social))).InternalClaim("sub").ShouldBe(person);
    }

    /// <summary>Up to the session; no service is called yet.</summary>
    private async Task OnlySignIn(TestBrowser browser)
    {
        var begun = await browser.Open(platform.At(Social, "/signin"));
        var answered = await browser.Open(begun.Location!);
        var back = await browser.Open(answered.Location!);
        browser.CookiesOfSite(Social).ShouldContainKey("__Host-hutong", $"{back.Status} {back.Body}");
    }
}
