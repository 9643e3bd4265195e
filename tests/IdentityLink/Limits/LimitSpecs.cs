using System.Net;
using System.Text;
using Hutong.IdentityLink.Tests.Hosting;
using Hutong.IdentityLink.Tests.Provider;
using Hutong.IdentityLink.Tests.Registration;

namespace Hutong.IdentityLink.Tests.Limits;

public sealed class LimitSpecs(Testing.Servers servers, SimulatedPlatforms platforms)
{
    private static readonly (string, string?)[] Nothing = [("grant_type", "refresh_token"), ("refresh_token", "none")];

    [Fact]
    public async Task An_account_that_signs_in_too_often_waits_and_no_other_does()
    {
        await using var identity = await With("Limits:SignInsPerMinute", 2);
        foreach (var (person, refused) in (IEnumerable<(string, bool)>)[("li-na", false), ("li-na", false), ("li-na", true), ("wang", false)])
        {
            using var browser = new TestBrowser(identity, platforms);
            var answer = await browser.SignIn(person);
            if (refused)
                answer.ShouldBeRefused("too_many_sign_ins", HttpStatusCode.TooManyRequests);
            else
                (await browser.Get("/account")).Status.ShouldBe(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task Authorizations_that_a_person_gives_are_limited_also_where_no_page_asks()
    {
        await using var identity = await With("Limits:AuthorizationsPerMinute", 2);
        using var browser = new TestBrowser(identity, platforms);
        using var site = new RelyingParty(identity, IdentityService.Site);
        await CodeFlowSpecs.SignIn(browser, site, "li-na");
        (await browser.Get(site.AuthorizeAddress(("prompt", "none")))).LocationQuery.ShouldContainKey("code");
        (await browser.Get(site.AuthorizeAddress(("prompt", "none")))).LocationQuery["error"].ShouldBe("temporarily_unavailable");
    }

    [Fact]
    public async Task A_client_waits_for_its_own_requests_and_for_nobody_elses()
    {
        await using var identity = await With("Limits:ClientRequestsPerMinute", 3);
        using var partner = new RelyingParty(identity, IdentityService.Partner);
        using var other = new RelyingParty(identity, IdentityService.OtherPartner);
        for (var guess = 0; guess < 20; guess++)
        {
            using var form = new FormUrlEncodedContent([new("grant_type", "refresh_token"), new("refresh_token", "none")]);
            (await partner.Token(form, $"guess {guess}")).ShouldBeError("invalid_client", HttpStatusCode.Unauthorized);
        }
        for (var request = 0; request < 3; request++)
            (await partner.Token(Nothing)).ShouldBeError("invalid_grant");
        (await partner.Token(Nothing)).ShouldBeError("temporarily_unavailable", HttpStatusCode.TooManyRequests);
        (await other.Token(Nothing)).ShouldBeError("invalid_grant");
    }

    [Fact]
    public async Task A_clients_own_tokens_count_as_its_secret_does_and_events_come_again_only_so_often()
    {
        await using var identity = await With("Limits:ClientRequestsPerMinute", 3);
        (await Statuses(identity, HttpMethod.Get, "/subject_notices")).ShouldBe(
            [HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.TooManyRequests]);

        await using var other = await With("Limits:ReplaysPerMinute", 2);
        (await Statuses(other, HttpMethod.Post, "/security_events/replay")).ShouldBe(
            [HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.TooManyRequests]);

        static async Task<HttpStatusCode[]> Statuses(IdentityService identity, HttpMethod method, string path)
        {
            using var partner = new RelyingParty(identity, IdentityService.Partner);
            var (_, tokens) = await partner.Token(("grant_type", "client_credentials"));
            using var http = new HttpClient { BaseAddress = identity.Address };
            http.DefaultRequestHeaders.Authorization = new("Bearer", tokens["access_token"]!.GetValue<string>());
            var statuses = new List<HttpStatusCode>();
            for (var number = 0; number < 3; number++)
            {
                using var request = new HttpRequestMessage(method, path);
                if (method == HttpMethod.Post)
                    request.Content = new FormUrlEncodedContent([new("since", $"{DateTimeOffset.UtcNow:O}")]);
                using var answer = await http.SendAsync(request);
                statuses.Add(answer.StatusCode);
            }
            return [.. statuses];
        }
    }

    [Fact]
    public async Task Whoever_registers_and_changes_clients_again_and_again_waits_and_reads_them_meanwhile()
    {
        await using var identity = await With("Limits:ClientChangesPerMinute", 2);
        using var browser = new TestBrowser(identity, platforms);
        using var console = new RelyingParty(identity, IdentityService.DeveloperConsole);
        using var gateway = new RelyingParty(identity, IdentityService.Gateway);
        var signedIn = await browser.SignIn(await browser.Follow(await browser.Get(console.AuthorizeAddress(("scope", "openid clients")))), "li-na");
        var (_, tokens) = await console.Redeem(signedIn.LocationQuery["code"]);
        var (_, exchanged) = await gateway.Exchange(tokens["access_token"]!.GetValue<string>(), "identity-link");
        using var api = new HttpClient { BaseAddress = identity.Address };
        api.DefaultRequestHeaders.Authorization = new("Bearer", exchanged["access_token"]!.GetValue<string>());

        for (var number = 0; number < 2; number++)
            (await api.Register(RegistrationDesk.App())).Status.ShouldBe(HttpStatusCode.Created);
        var refused = await api.Register(RegistrationDesk.App());
        (refused.Status, refused.Code).ShouldBe((HttpStatusCode.TooManyRequests, "too_many_client_changes"));
        (await api.Listed()).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_client_that_is_unknown_and_one_whose_secret_is_wrong_get_the_same_answer()
    {
        await using var identity = new IdentityService(servers, platforms);
        await identity.InitializeAsync();
        using var http = new HttpClient { BaseAddress = identity.Address };
        var answers = new List<string>();
        foreach (var id in (string[])[IdentityService.Partner, "nobody-of-this-name"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/token");
            request.Content = new FormUrlEncodedContent([new("grant_type", "refresh_token"), new("refresh_token", "none")]);
            request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{id}:wrong")));
            using var answer = await http.SendAsync(request);
            answers.Add($"{answer.StatusCode} {answer.Headers.WwwAuthenticate} {await answer.Content.ReadAsStringAsync()}");
        }
        answers.Distinct().ShouldHaveSingleItem();
    }

    private async Task<IdentityService> With(string limit, int perMinute)
    {
        var identity = new IdentityService(servers, platforms);
        await identity.Start(new Dictionary<string, string?> { ["Limits:Enabled"] = "true", [limit] = $"{perMinute}" });
        return identity;
    }
}
