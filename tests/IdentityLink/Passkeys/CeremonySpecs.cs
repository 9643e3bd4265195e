using System.Net;
using Hutong.IdentityLink.Passkeys;
using Hutong.IdentityLink.Tests.Hosting;

namespace Hutong.IdentityLink.Tests.Passkeys;

/// <summary>What holds of every challenge, whatever it was given out for: signing in, registering, adding.</summary>
[Collection<OneService>]
public sealed class CeremonySpecs(Testing.Servers servers, IdentityService identity, SimulatedPlatforms platforms) : IDisposable
{
    private readonly TestBrowser browser = new(identity, platforms);
    private readonly SoftwareAuthenticator authenticator = new();

    public static TheoryData<string> Forms => [PasskeySteps.SignInForm, PasskeySteps.RegisterForm, PasskeySteps.AddForm];

    public void Dispose() => browser.Dispose();

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_challenge_holds_once(string form)
    {
        var begun = await Begin(form);
        var answer = Answer(form, begun);
        using var replay = new TestBrowser(identity, platforms);
        foreach (var (name, value) in browser.Cookies)
            replay.Cookies[name] = value;
        (await browser.Finish(begun, answer)).Location.ShouldNotBeNull();

        // In the browser as it is now, and as it was before its id changed.
        (await browser.Finish(begun with { Page = await Page(form) }, answer)).ShouldBeRefused("passkey_challenge_over");
        if (form == PasskeySteps.AddForm)
            (await replay.Finish(begun, answer)).Location.ShouldBe("/sign-in");
        else
            (await replay.Finish(begun, Answer(form, begun))).ShouldBeRefused("passkey_challenge_over");
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_challenge_is_used_up_by_a_wrong_answer_too(string form)
    {
        var begun = await Begin(form);
        (await browser.Finish(begun, "{}")).ShouldBeRefused("account_refused", HttpStatusCode.Forbidden);
        (await browser.Finish(begun, Answer(form, begun))).ShouldBeRefused("passkey_challenge_over");
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_challenge_of_another_browser_is_no_good_and_stays_good_there(string form)
    {
        var begun = await Begin(form);
        using var another = new TestBrowser(identity, platforms);
        await another.SignIn("li-na");
        var page = await another.Get(form == PasskeySteps.AddForm ? "/account" : "/sign-in");

        (await another.Finish(begun with { Page = page }, Answer(form, begun))).ShouldBeRefused("passkey_challenge_over");

        (await browser.Finish(begun, Answer(form, begun))).Location.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_challenge_of_another_person_is_no_good_even_in_the_same_browser()
    {
        var begun = await Begin(PasskeySteps.AddForm);
        await identity.Sql(
            "update passkey_ceremony set person_id = $1 where person_id = $2", Guid.CreateVersion7(), await identity.PersonOf(browser));
        (await browser.Finish(begun, Answer(PasskeySteps.AddForm, begun))).ShouldBeRefused("passkey_challenge_over");

        var before = await Begin(PasskeySteps.AddForm);
        await browser.SignIn("wang");
        (await browser.Finish(before with { Page = await browser.Get("/account") }, Answer(PasskeySteps.AddForm, before)))
            .ShouldBeRefused("passkey_challenge_over");
    }

    [Fact]
    public async Task A_challenge_given_out_for_one_thing_is_no_good_for_another()
    {
        var signIn = await Begin(PasskeySteps.SignInForm);
        var register = await Begin(PasskeySteps.RegisterForm);

        (await browser.Finish(signIn with { Ceremony = register.Ceremony }, Answer(PasskeySteps.SignInForm, signIn)))
            .ShouldBeRefused("passkey_challenge_over");
        // And the handler holds the answer against the challenge itself.
        var next = await Begin(PasskeySteps.SignInForm);
        (await browser.Finish(next, Answer(PasskeySteps.SignInForm, signIn))).ShouldBeRefused("account_refused", HttpStatusCode.Forbidden);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_challenge_is_over_after_five_minutes(string form)
    {
        var begun = await Begin(form);
        await identity.Sql("update passkey_ceremony set expires_at = now()");
        (await browser.Finish(begun, Answer(form, begun))).ShouldBeRefused("passkey_challenge_over");
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task An_answer_from_another_origin_is_refused(string form)
    {
        foreach (var origin in (string[])["http://localhost:8081", "https://localhost:8080", "http://evil.localhost:8080", "http://localhost.evil.example", "null", ""])
            await ShouldRefuse(form, passkey => passkey.Origin = origin);
        await ShouldRefuse(form, passkey => passkey.CrossOrigin = true);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task An_answer_for_another_relying_party_is_refused(string form) =>
        await ShouldRefuse(form, passkey => passkey.RelyingPartyId = "evil.example");

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task An_authenticator_that_did_not_verify_its_owner_is_refused(string form) =>
        await ShouldRefuse(form, passkey => passkey.VerifiesUser = false);

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task The_authenticator_is_told_to_verify_its_owner_and_for_whom(string form)
    {
        var options = (await Begin(form)).Options;
        if (form == PasskeySteps.SignInForm)
        {
            options.GetProperty("rpId").GetString().ShouldBe("localhost");
            options.GetProperty("userVerification").GetString().ShouldBe("required");
        }
        else
        {
            options.GetProperty("rp").GetProperty("id").GetString().ShouldBe("localhost");
            options.GetProperty("authenticatorSelection").GetProperty("userVerification").GetString().ShouldBe("required");
            options.GetProperty("authenticatorSelection").GetProperty("residentKey").GetString().ShouldBe("required");
            options.GetProperty("attestation").GetString().ShouldBe("none");
        }
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("login.hutong.example", true)]
    [InlineData("hutong.example", true)]
    [InlineData("tong.example", false)]
    [InlineData("evil.example", false)]
    [InlineData("shop.hutong.example", false)]
    [InlineData("", false)]
    public void A_relying_party_id_is_the_origins_host_or_a_domain_above_it(string? id, bool fits) =>
        new PasskeyOptions { RelyingPartyId = id }.FitsTo(new Uri("https://login.hutong.example")).ShouldBe(fits);

    [Fact]
    public async Task No_provider_can_be_configured_under_the_name_of_passkeys()
    {
        await using var service = new IdentityService(servers, platforms);
        var failure = await Should.ThrowAsync<InvalidOperationException>(async () =>
            await service.Start(new Dictionary<string, string?> { ["Platforms:passkey:Issuer"] = "http://localhost:1" }));
        failure.Message.ShouldContain("Platforms:passkey");
    }

    private async Task ShouldRefuse(string form, Action<SoftwareAuthenticator> mischief)
    {
        var begun = await Begin(form);
        mischief(authenticator);
        (await browser.Finish(begun, Answer(form, begun))).ShouldBeRefused("account_refused", HttpStatusCode.Forbidden);
        var honest = new SoftwareAuthenticator();
        (authenticator.Origin, authenticator.CrossOrigin) = (honest.Origin, honest.CrossOrigin);
        (authenticator.RelyingPartyId, authenticator.VerifiesUser) = (honest.RelyingPartyId, honest.VerifiesUser);
    }

    /// <summary>Begins, with all there has to be before.</summary>
    private async Task<PasskeySteps.Begun> Begin(string form)
    {
        if (form == PasskeySteps.SignInForm && authenticator.Credentials.Count == 0)
            await browser.RegisterWithPasskey(authenticator);
        (string, string)[] fields = form == PasskeySteps.SignInForm ? [] : [("name", "Zhou Min")];
        return await browser.Begin(await Page(form), form, fields);
    }

    private async Task<TestBrowser.Answer> Page(string form)
    {
        if (form != PasskeySteps.AddForm)
            return await browser.Get("/sign-in");
        var page = await browser.Get("/account");
        return page.Location is null ? page : await browser.SignIn("zhao", "taobao");
    }

    private string Answer(string form, PasskeySteps.Begun begun) =>
        form == PasskeySteps.SignInForm ? authenticator.Get(begun.Options) : authenticator.Create(begun.Options);
}
