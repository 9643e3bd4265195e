using System.Net;
using Hutong.IdentityLink.Tests.Hosting;

namespace Hutong.IdentityLink.Tests.Platforms;

public sealed class OutageSpecs(Testing.Servers servers, SimulatedPlatforms platforms)
{
    [Fact]
    public async Task While_one_platform_is_down_a_page_says_so_and_the_other_way_is_open()
    {
        await using var identity = new IdentityService(servers, platforms);
        await identity.Start(new Dictionary<string, string?> { ["Platforms:weibo:ApiAddress"] = "http://127.0.0.1:9" });
        using var browser = new TestBrowser(identity, platforms);
        using var site = new RelyingParty(identity, IdentityService.Site);
        var signIn = await browser.Follow(await browser.Get(site.AuthorizeAddress()));

        var down = await browser.SignIn(signIn, "li-na", "weibo");

        down.ShouldBeRefused("platform_unavailable", HttpStatusCode.ServiceUnavailable);
        var request = signIn.Fields("/sign-in/taobao").First(f => f.Name == "request").Value;
        down.Body.ShouldContain($"href=\"/sign-in?request={request}\"");
        var back = await browser.SignIn(await browser.Get($"/sign-in?request={request}"), "li-na", "taobao");
        back.LocationQuery.ShouldContainKey("code");
    }
}
