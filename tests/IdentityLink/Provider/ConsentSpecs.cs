using System.Net;
using Hutong.IdentityLink.Tests.Hosting;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Hutong.IdentityLink.Tests.Provider;

/// <summary>Each spec has a service of its own: what was agreed to before is what they are about.</summary>
public sealed class ConsentSpecs(Testing.Servers servers, SimulatedPlatforms platforms) : IAsyncLifetime
{
    private readonly IdentityService identity = new(servers, platforms);
    private TestBrowser browser = null!;
    private RelyingParty partner = null!;

    public async ValueTask InitializeAsync()
    {
        await identity.InitializeAsync();
        browser = new TestBrowser(identity, platforms);
        partner = new RelyingParty(identity, IdentityService.Partner);
    }

    public async ValueTask DisposeAsync()
    {
        browser.Dispose();
        partner.Dispose();
        await identity.DisposeAsync();
    }

    [Fact]
    public async Task A_partner_gets_a_code_after_consent_and_later_without_asking_again()
    {
        var consent = await ConsentPage();
        consent.Body.ShouldContain("See your nickname.");
        var back = await browser.Submit(consent, "/consent", ("decision", "allow"));
        (await partner.Redeem(back.LocationQuery["code"])).Status.ShouldBe(HttpStatusCode.OK);

        var silent = await browser.Get(partner.AuthorizeAddress(("prompt", "none")));
        silent.LocationQuery.ShouldContainKey("code");
        (await identity.Count("select count(*) from mt_events where type = 'consent_given'")).ShouldBe(1);
    }

    [Fact]
    public async Task Refusing_gives_the_partner_access_denied_and_remembers_nothing()
    {
        var consent = await ConsentPage();
        var back = await browser.Submit(consent, "/consent", ("decision", "deny"));
        back.LocationQuery["error"].ShouldBe("access_denied");
        back.LocationQuery["state"].ShouldBe("the-state");
        (await browser.Get(partner.AuthorizeAddress(("prompt", "none")))).LocationQuery["error"].ShouldBe("consent_required");
    }

    [Fact]
    public async Task More_scopes_and_prompt_consent_ask_again()
    {
        await browser.Submit(await ConsentPage(("scope", "openid")), "/consent", ("decision", "allow"));
        (await browser.Get(partner.AuthorizeAddress(("scope", "openid")))).LocationQuery.ShouldContainKey("code");
        (await browser.Get(partner.AuthorizeAddress(("scope", "openid profile")))).Location!.ShouldStartWith("/consent?");
        (await browser.Get(partner.AuthorizeAddress(("scope", "openid"), ("prompt", "consent")))).Location!.ShouldStartWith("/consent?");
    }

    [Fact]
    public async Task A_consent_form_from_elsewhere_gives_nothing()
    {
        var consent = await ConsentPage();
        var request = consent.Fields("/consent").First(f => f.Name == "request");
        (await browser.Post("/consent", request, ("decision", "allow"))).ShouldBeRefused("form_expired");
        (await identity.Count("select count(*) from mt_events where type = 'consent_given'")).ShouldBe(0);
    }

    [Fact]
    public async Task A_consent_form_does_not_stand_in_for_the_sign_in_the_request_asked_for()
    {
        await browser.SignIn("li-na");
        await identity.Sql("update browser_session set authenticated_at = now() - interval '1 hour'");
        var waiting = (await browser.Get(partner.AuthorizeAddress(("prompt", "login")))).LocationQuery["request"];
        var token = (await browser.Get("/account")).Fields("/account/link/weibo").First(f => f.Name == "form_token");

        var answer = await browser.Post("/consent", token, ("request", waiting), ("decision", "allow"));

        (await browser.Follow(answer)).Body.ShouldContain("/sign-in/weibo");
    }

    [Fact]
    public async Task Each_sector_knows_a_person_by_a_subject_of_its_own_that_stays()
    {
        using var other = new RelyingParty(identity, IdentityService.OtherPartner);
        var first = await Subject(partner);
        (await Subject(partner)).ShouldBe(first);
        var elsewhere = await Subject(other);

        elsewhere.ShouldNotBe(first);
        var person = await identity.PersonOf(browser);
        person.ToString().ShouldNotBe(first);
        (await identity.Count("select count(*) from mt_events where type = 'subject_assigned'")).ShouldBe(2);
    }

    [Fact]
    public async Task Several_first_requests_at_once_agree_on_one_subject()
    {
        await browser.Submit(await ConsentPage(), "/consent", ("decision", "allow"));
        await identity.Sql("delete from subject");
        await identity.Sql("delete from mt_events where type = 'subject_assigned'");
        await identity.Sql("update mt_streams s set version = (select max(version) from mt_events e where e.stream_id = s.id)");

        var backs = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => browser.Get(partner.AuthorizeAddress(("prompt", "none")))));

        var answers = await Task.WhenAll(backs.Select(b => partner.Redeem(b.LocationQuery["code"])));
        answers.Select(a => new JsonWebToken(a.Body["id_token"]!.GetValue<string>()).Subject).Distinct().ShouldHaveSingleItem();
    }

    private async Task<TestBrowser.Answer> ConsentPage(params (string Name, string? Value)[] changes) =>
        await browser.Follow(await browser.SignIn(await browser.Follow(await browser.Get(partner.AuthorizeAddress(changes))), "li-na"));

    private async Task<string> Subject(RelyingParty party)
    {
        var answer = await browser.Follow(await browser.Get(party.AuthorizeAddress()));
        if (answer.Body.Contains("/sign-in/weibo", StringComparison.Ordinal))
            answer = await browser.SignIn(answer, "li-na");
        if (answer.Location is null)
            answer = await browser.Submit(answer, "/consent", ("decision", "allow"));
        var (_, tokens) = await party.Redeem(answer.LocationQuery["code"]);
        return new JsonWebToken(tokens["id_token"]!.GetValue<string>()).Subject;
    }
}
