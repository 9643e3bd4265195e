using System.Globalization;
using System.Net;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Tests.Hosting;

namespace Hutong.IdentityLink.Tests.Provider;

public sealed class PartnersPanelSpecs(Testing.Servers servers, SimulatedPlatforms platforms) : IAsyncLifetime
{
    private readonly IdentityService identity = new(servers, platforms);
    private TestBrowser browser = null!;

    public async ValueTask InitializeAsync()
    {
        await identity.InitializeAsync();
        browser = new TestBrowser(identity, platforms);
    }

    public async ValueTask DisposeAsync()
    {
        browser.Dispose();
        await identity.DisposeAsync();
    }

    [Fact]
    public async Task The_account_page_tells_what_each_partner_may_have_since_when_and_by_which_text_and_taking_it_back_ends_it()
    {
        using var partner = new RelyingParty(identity, IdentityService.Partner);
        using var other = new RelyingParty(identity, IdentityService.OtherPartner);
        var tokens = await partner.SignIn(browser, "li-na");
        var kept = await other.SignIn(browser, "li-na");
        await identity.Sql("update mt_events set timestamp = '2026-03-04 05:06:07+00' where type = 'consent_given' and data->>'ClientId' = $1", partner.ClientId);

        var page = await browser.Get("/account");

        var (first, second) = (Partner(page, partner.ClientId), Partner(page, other.ClientId));
        first.ShouldContain("See your nickname.");
        first.ShouldContain(new DateTime(2026, 3, 4).ToString("D", CultureInfo.GetCultureInfo("en")));
        first.ShouldContain($"in the text of {ConsentText.Version}");
        second.ShouldNotContain("2026-03-04");
        (await browser.Get("/account?ui_locales=zh-CN")).Text.ShouldContain($"文本版本 {ConsentText.Version}");

        var token = page.Fields("/account/consents/withdraw")[0];
        await browser.Post("/account/consents/withdraw", token, ("client_id", partner.ClientId));

        (await browser.Get("/account")).Body.ShouldNotContain($"data-partner=\"{partner.ClientId}\"");
        (await partner.UserInfo(tokens.AccessToken)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await other.UserInfo(kept.AccessToken)).Status.ShouldBe(HttpStatusCode.OK);
    }

    private static string Partner(TestBrowser.Answer page, string clientId) =>
        page.Text.Split($"data-partner=\"{clientId}\"")[1].Split("</form>")[0];
}
