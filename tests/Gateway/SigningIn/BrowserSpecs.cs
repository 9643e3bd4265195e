using Hutong.Gateway.Tests.Hosting;
using Hutong.Testing;
using Microsoft.Playwright;
using static Hutong.Gateway.Tests.Hosting.GatewayUnderTest;

namespace Hutong.Gateway.Tests.SigningIn;

/// <summary>
/// A real browser, the real Identity-Link: it takes our <c>__Host-</c> cookies on <c>http://*.localhost</c>, tells us
/// of navigations, and lets our forms redirect to where they must.
/// </summary>
public sealed class BrowserSpecs(RealProvider platform) : IClassFixture<RealProvider>, IAsyncLifetime
{
    private const float PatienceMilliseconds = 90_000;

    private IPlaywright playwright = null!;
    private IBrowser browser = null!;
    private IBrowserContext context = null!;

    public async ValueTask InitializeAsync()
    {
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Environment.GetEnvironmentVariable("CHROMIUM") ?? "/usr/bin/chromium",
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--no-first-run",
            ],
        });
        context = await browser.NewContextAsync(new BrowserNewContextOptions { Locale = "en-US" });
        context.SetDefaultTimeout(PatienceMilliseconds);
    }

    [Fact]
    public async Task Signs_in_at_the_shop_is_known_at_the_social_site_and_signs_out_of_both()
    {
        var page = await context.NewPageAsync();

        await page.GotoAsync(At(Shop, "/things"));
        (await Caller(page)).ShouldBeNull();
        await page.GotoAsync(At(Shop, "/signin?return=/things"));
        await page.Locator("form[action='/sign-in/weibo'] button").ClickAsync();
        await page.Locator("input[name=person][value=li-na]").CheckAsync();
        await page.Locator("button[name=decision][value=authorize]").ClickAsync();
        await page.WaitForURLAsync(At(Shop, "/things"));
        var person = (await Caller(page)).ShouldNotBeNull();

        await page.GotoAsync(At(Social, "/wall"));
        page.Url.ShouldBe(At(Social, "/wall"));
        (await Caller(page)).ShouldBe(person);
        var cookies = await context.CookiesAsync([At(Social, "/")]);
        var session = cookies.Single(cookie => cookie.Name == "__Host-hutong");
        (session.HttpOnly, session.Secure, session.SameSite, session.Domain).ShouldBe((true, true, SameSiteAttribute.Lax, "social.localhost"));

        await page.GotoAsync(At(Social, "/signout"));
        await page.Locator("form[action='/signout'] button").ClickAsync();
        await page.WaitForURLAsync(At(Social, "/"));
        (await Caller(page)).ShouldBeNull();
        await Eventually.Passes(async () =>
        {
            await page.GotoAsync(At(Shop, "/things"));
            (await Caller(page)).ShouldBeNull();
        });
    }

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
    }

    private string At(string site, string path) => platform.Gateway.SiteOrigin(site) + path;

    /// <summary>Whom the service behind the page was told of.</summary>
    private static async Task<string?> Caller(IPage page)
    {
        var echoed = System.Text.Json.JsonSerializer.Deserialize<Echoed>(
            await page.Locator("body").InnerTextAsync(), System.Text.Json.JsonSerializerOptions.Web)!;
        return echoed["Authorization"] is { } header
            ? new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(header["Bearer ".Length..]).Subject
            : null;
    }
}
