using System.Net;
using System.Text.RegularExpressions;
using Hutong.IdentityLink.Tests.Hosting;

namespace Hutong.IdentityLink.Tests.Provider;

[Collection<OneService>]
public sealed class ResponseModeSpecs(IdentityService identity, SimulatedPlatforms platforms) : IDisposable
{
    private readonly TestBrowser browser = new(identity, platforms);
    private readonly RelyingParty site = new(identity, IdentityService.Site);

    public void Dispose()
    {
        browser.Dispose();
        site.Dispose();
    }

    [Fact]
    public async Task An_answer_comes_as_a_form_where_that_is_asked_for()
    {
        var page = await browser.Follow(await browser.Get(site.AuthorizeAddress(("response_mode", "form_post"), ("state", "<\"'&>"))));
        var answer = await browser.SignIn(page, "li-na");

        answer.Status.ShouldBe(HttpStatusCode.OK);
        answer.Location.ShouldBeNull();
        var fields = answer.Fields(site.RedirectUri).ToDictionary();
        fields["state"].ShouldBe("<\"'&>");
        fields["iss"].ShouldBe(IdentityService.Origin);
        (await site.Redeem(fields["code"])).Status.ShouldBe(HttpStatusCode.OK);
        answer.Headers["Cache-Control"].ShouldContain("no-store");
        answer.Headers["Content-Security-Policy"].ShouldContain($"form-action 'self' {new Uri(site.RedirectUri).GetLeftPart(UriPartial.Authority)}");
        answer.Body.ShouldContain("<button type=\"submit\">");
    }

    [Fact]
    public async Task The_form_is_sent_by_a_script_of_ours()
    {
        var answer = await browser.Get(site.AuthorizeAddress(("response_mode", "form_post"), ("prompt", "none")));
        answer.Fields(site.RedirectUri).ToDictionary()["error"].ShouldBe("login_required");
        var script = await browser.Get(Regex.Match(answer.Body, "src=\"(/assets/[^\"]+)\"").Groups[1].Value);
        script.Body.ShouldContain("submit()");
        script.Headers["Cache-Control"].ShouldContain("immutable");
    }

    [Fact]
    public async Task What_is_wrong_with_a_request_comes_as_a_form_too()
    {
        var answer = await browser.Get(site.AuthorizeAddress(("response_mode", "form_post"), ("scope", "profile")));
        answer.Fields(site.RedirectUri).ToDictionary()["error"].ShouldBe("invalid_scope");
        (await browser.Get(site.AuthorizeAddress(("response_mode", "fragment")))).LocationQuery["error"].ShouldBe("unsupported_response_mode");
    }

    [Fact]
    public async Task How_a_page_is_to_look_and_in_which_language_claims_are_told_changes_nothing()
    {
        foreach (var display in (string[])["page", "popup", "touch", "wap", "hologram"])
            (await browser.Get(site.AuthorizeAddress(("display", display), ("claims_locales", "zh-CN en")))).Location!.ShouldStartWith("/sign-in?request=");
    }
}
