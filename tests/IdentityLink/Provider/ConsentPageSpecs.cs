using System.Text.Json.Nodes;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Tests.Hosting;
using Hutong.IdentityLink.Tests.Registration;

namespace Hutong.IdentityLink.Tests.Provider;

public sealed class ConsentPageSpecs(Testing.Servers servers, SimulatedPlatforms platforms) : IAsyncLifetime
{
    private readonly RegistrationDesk desk = new(servers, platforms);

    public ValueTask InitializeAsync() => new(desk.Open());

    public ValueTask DisposeAsync() => desk.DisposeAsync();

    [Fact]
    public async Task It_says_who_asks_where_it_leads_what_they_will_see_and_not_see_and_how_to_take_it_back()
    {
        var metadata = RegistrationDesk.App();
        metadata["client_name#zh-CN"] = "面馆";
        metadata["client_uri"] = "https://noodles.example/";
        metadata["policy_uri"] = "https://noodles.example/privacy";
        metadata["tos_uri"] = "https://noodles.example/terms";
        metadata["logo_uri"] = "https://noodles.example/logo.png";
        var page = await Page(metadata, "https://noodles.example/callback");

        page.Text.ShouldContain("Allow Noodles?");
        page.Text.ShouldContain("<strong data-host>noodles.example</strong>");
        page.Text.ShouldContain("href=\"https://noodles.example/\"");
        page.Text.ShouldContain("href=\"https://noodles.example/privacy\"");
        page.Text.ShouldContain("href=\"https://noodles.example/terms\"");
        page.Text.ShouldNotContain("does not say what it does");
        // The very value it would get.
        page.Text.ShouldContain($"At the moment: {await Nickname()}");
        foreach (var (_, english) in ConsentText.NotTold)
            page.Text.ShouldContain(english);
        page.Text.ShouldContain("href=\"/account\"");
        // Nothing of the partner's is fetched before anybody agreed, and nothing runs.
        page.Body.ShouldNotContain("logo.png");
        page.Body.ShouldNotContain("<script");
        page.Headers["Content-Security-Policy"].ShouldContain("form-action 'self' https:");

        var chinese = await Page(metadata, "https://noodles.example/callback", "zh-CN");
        chinese.Text.ShouldContain("允许“面馆”？");
        foreach (var (text, _) in ConsentText.NotTold)
            chinese.Text.ShouldContain(text);
    }

    [Theory]
    [InlineData("http://127.0.0.1:8123/callback", "http://127.0.0.1:9999/callback", "form-action 'self' http://127.0.0.1:9999")]
    [InlineData("http://[::1]/callback", "http://[::1]:9999/callback", "form-action 'self' http:")]
    [InlineData("example.noodles:/callback", "example.noodles:/callback", "form-action 'self' example.noodles:")]
    public async Task An_app_on_the_persons_own_device_is_called_that(string registered, string asked, string policy)
    {
        var metadata = RegistrationDesk.App("Noodles", registered);
        metadata["application_type"] = "native";
        metadata["token_endpoint_auth_method"] = "none";
        var page = await Page(metadata, asked);

        page.Text.ShouldContain("The app Noodles on this device");
        page.Text.ShouldContain("It does not say what it does with what it learns.");
        page.Headers["Content-Security-Policy"].ShouldEndWith(policy);
        var answer = await page.Browser.Submit(page.Answer, "/consent", ("decision", "allow"));
        answer.Location!.ShouldStartWith(asked);
    }

    private async Task<Asked> Page(JsonObject metadata, string redirectUri, string locale = "en")
    {
        using var developer = await desk.Developer();
        using var operators = await desk.Desk();
        var id = (await operators.Approved(developer, metadata)).Id();
        var browser = desk.Browser(instance: 1);
        using var party = new RelyingParty(() => desk.Identity.Instance(1), id);
        var signIn = await browser.Follow(await browser.Get(party.AuthorizeAddress(("redirect_uri", redirectUri), ("ui_locales", locale))));
        return new(browser, await browser.SignIn(signIn, "chen"));
    }

    private async Task<string> Nickname() =>
        (string)(await desk.Identity.Scalar("select display_name from linked_account where platform = 'weibo' and person_id <> all(select owner_id from registered_client) order by linked_at desc limit 1"))!;

    private sealed record Asked(TestBrowser Browser, TestBrowser.Answer Answer)
    {
        public string Text => Answer.Text;

        public string Body => Answer.Body;

        public IReadOnlyDictionary<string, string> Headers => Answer.Headers;
    }
}
