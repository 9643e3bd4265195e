using System.Buffers.Text;
using System.Net;
using Hutong.IdentityLink.Tests.Hosting;

namespace Hutong.IdentityLink.Tests.Passkeys;

[Collection<OneService>]
public sealed class PasskeySignInSpecs(IdentityService identity, SimulatedPlatforms platforms) : IDisposable
{
    private readonly TestBrowser browser = new(identity, platforms);
    private readonly TestBrowser another = new(identity, platforms);
    private readonly SoftwareAuthenticator authenticator = new();

    public void Dispose()
    {
        browser.Dispose();
        another.Dispose();
    }

    [Fact]
    public async Task A_passkey_alone_registers_a_person_and_later_leads_to_them()
    {
        var account = await browser.Follow(await browser.RegisterWithPasskey(authenticator, "周敏 👩‍🔧"));
        account.Body.ShouldContain("data-platform=\"passkey\"");
        account.Text.ShouldContain("周敏 👩‍🔧");

        (await another.SignInWithPasskey(authenticator)).Location.ShouldBe("/account");
        (await another.SignInWithPasskey(authenticator)).Location.ShouldBe("/account");

        (await identity.PersonOf(another)).ShouldBe(await identity.PersonOf(browser));
    }

    [Fact]
    public async Task A_sign_in_that_a_client_waits_for_goes_on_to_the_client()
    {
        using var site = new RelyingParty(identity, IdentityService.Site);
        var registered = await browser.Follow(await browser.RegisterWithPasskey(
            authenticator, page: await browser.Follow(await browser.Get(site.AuthorizeAddress()))));
        var signedIn = await another.Follow(await another.SignInWithPasskey(
            authenticator, await another.Follow(await another.Get(site.AuthorizeAddress()))));

        var subjects = new List<string>();
        foreach (var answer in (TestBrowser.Answer[])[registered, signedIn])
        {
            answer.Location.ShouldStartWith(site.RedirectUri);
            var (_, tokens) = await site.Redeem(answer.LocationQuery["code"]);
            var (_, claims) = await site.UserInfo(tokens["access_token"]!.GetValue<string>());
            claims["nickname"]!.GetValue<string>().ShouldBe("Zhou Min");
            subjects.Add(claims["sub"]!.GetValue<string>());
        }
        subjects[1].ShouldBe(subjects[0]);
    }

    [Fact]
    public async Task The_authenticator_knows_the_person_by_a_random_handle_that_is_not_their_id()
    {
        await browser.RegisterWithPasskey(authenticator);
        var handle = System.Text.Encoding.UTF8.GetString(authenticator.Credentials[0].UserHandle);

        Base64Url.DecodeFromChars(handle).Length.ShouldBe(32);
        var person = await identity.PersonOf(browser);
        handle.ShouldNotContain(person.ToString());
        handle.ShouldNotBe(Base64Url.EncodeToString(person.ToByteArray()));
    }

    [Fact]
    public async Task The_session_id_changes()
    {
        await browser.RegisterWithPasskey(authenticator);
        var page = await browser.Get("/sign-in");
        var (before, sid) = (browser.SessionCookie, await identity.SidOf(browser));

        await browser.SignInWithPasskey(authenticator, page);

        browser.SessionCookie.ShouldNotBe(before);
        (await identity.SidOf(browser)).ShouldBe(sid);
        another.Cookies["__Host-hutong-browser"] = before;
        (await another.Get("/account")).Location.ShouldBe("/sign-in");
    }

    [Fact]
    public async Task Whoever_was_signed_in_before_is_signed_out_not_taken_over()
    {
        await another.RegisterWithPasskey(authenticator);
        await browser.SignIn("li-na");
        var before = await identity.SidOf(browser);

        await browser.SignInWithPasskey(authenticator);

        (await identity.PersonOf(browser)).ShouldBe(await identity.PersonOf(another));
        (await identity.Count("select count(*) from browser_session where sid = $1", before)).ShouldBe(0);
    }

    [Fact]
    public async Task An_authenticator_whose_count_goes_back_is_a_clone_and_refused()
    {
        await browser.RegisterWithPasskey(authenticator);
        var clone = authenticator.Clone();
        await browser.SignInWithPasskey(authenticator);
        await browser.SignInWithPasskey(authenticator);

        (await another.SignInWithPasskey(clone)).ShouldBeRefused("account_refused", HttpStatusCode.Forbidden);
        (await another.SignInWithPasskey(clone)).ShouldBeRefused("account_refused", HttpStatusCode.Forbidden);

        (await another.Get("/account")).Location.ShouldBe("/sign-in");
        (await browser.SignInWithPasskey(authenticator)).Location.ShouldBe("/account");
    }

    [Fact]
    public async Task Of_an_authenticator_and_its_clone_that_answer_at_once_with_one_count_one_is_let_in()
    {
        await browser.RegisterWithPasskey(authenticator);
        var clone = authenticator.Clone();
        var first = await browser.Begin(await browser.Get("/sign-in"), PasskeySteps.SignInForm);
        var second = await another.Begin(await another.Get("/sign-in"), PasskeySteps.SignInForm);

        var answers = await Task.WhenAll(
            browser.Finish(first, authenticator.Get(first.Options)), another.Finish(second, clone.Get(second.Options)));

        answers.Count(answer => answer.Location == "/account").ShouldBe(1);
        answers.Single(answer => answer.Location is null).ShouldBeRefused("account_refused", HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_passkey_that_is_unknown_removed_or_answers_wrongly_gets_one_and_the_same_answer()
    {
        await browser.RegisterWithPasskey(authenticator);
        var forger = authenticator.Clone();
        forger.SignsTruly = false;
        var stranger = new SoftwareAuthenticator();
        var begun = await another.Begin(await another.Get("/sign-in"), PasskeySteps.RegisterForm, ("name", "Nobody"));
        stranger.Create(begun.Options);
        var removed = new SoftwareAuthenticator();
        await browser.RegisterWithPasskey(removed);
        await identity.Sql("delete from passkey where credential_id = $1", removed.Credentials[0].Id);

        var answers = new List<TestBrowser.Answer>();
        foreach (var passkey in (SoftwareAuthenticator[])[forger, stranger, removed])
            answers.Add(await another.SignInWithPasskey(passkey));

        answers[0].ShouldBeRefused("account_refused", HttpStatusCode.Forbidden);
        answers.ShouldAllBe(answer => answer.Body == answers[0].Body && answer.Status == answers[0].Status);
        (await another.Get("/account")).Location.ShouldBe("/sign-in");
    }

    [Fact]
    public async Task Making_a_passkey_with_the_id_of_somebody_elses_does_not_lead_to_them()
    {
        await browser.RegisterWithPasskey(authenticator);
        var thief = new SoftwareAuthenticator { NextId = authenticator.Credentials[0].Id };

        (await another.RegisterWithPasskey(thief)).ShouldBeRefused("account_refused", HttpStatusCode.Forbidden);
        // What is stored of a passkey may be gone while its account still is somebody's.
        await identity.Sql("delete from passkey where credential_id = $1", thief.NextId);
        (await another.RegisterWithPasskey(thief)).ShouldBeRefused("account_refused", HttpStatusCode.Forbidden);

        (await another.Get("/account")).Location.ShouldBe("/sign-in");
    }

    [Fact]
    public async Task A_form_without_an_answer_gets_a_page_that_says_what_is_missing()
    {
        var page = await browser.Get("/sign-in");
        foreach (var (form, more) in new[] { (PasskeySteps.SignInForm, ""), (PasskeySteps.RegisterForm, "Zhou Min") })
        {
            var answer = await browser.Submit(page, form, ("name", more));
            answer.ShouldBeRefused("passkey_unanswered");
            answer.Body.ShouldContain("href=\"/sign-in\"");
        }
    }

    [Fact]
    public async Task A_form_from_elsewhere_begins_and_ends_nothing()
    {
        await browser.Get("/sign-in");
        foreach (var form in (string[])[PasskeySteps.SignInForm, PasskeySteps.RegisterForm, PasskeySteps.AddForm])
        {
            (await browser.Post($"{form}/options", ("name", "x"))).ShouldBeRefused("form_expired");
            (await browser.Post(form, ("name", "x"))).ShouldBeRefused("form_expired");
        }
    }

    [Fact]
    public async Task An_answer_that_is_no_credential_is_refused()
    {
        foreach (var nonsense in (string[])["{}", "null", "[", "{\"id\":1}", new string('x', 16_000)])
        {
            var begun = await browser.Begin(await browser.Get("/sign-in"), PasskeySteps.SignInForm);
            (await browser.Finish(begun, nonsense)).ShouldBeRefused("account_refused", HttpStatusCode.Forbidden);
        }
        var last = await browser.Begin(await browser.Get("/sign-in"), PasskeySteps.SignInForm);
        (await browser.Finish(last, new string('x', 17_000))).ShouldBeRefused("malformed_request");
    }
}
