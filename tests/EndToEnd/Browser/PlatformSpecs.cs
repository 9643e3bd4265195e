using Hutong.EndToEnd.Tests.Fixtures;

namespace Hutong.EndToEnd.Tests.Browsing;

/// <summary>The ways in, in a real browser: it holds every redirect against the policy of the page that began it.</summary>
[Collection(nameof(Chromium))]
public sealed class PlatformSpecs(RunningSystem system, Chromium chromium)
{
    [Theory]
    [InlineData("qq", "zhao", "zh-CN")]
    [InlineData("wechat", "chen", "en-US")]
    [InlineData("jd", "wang", "zh-CN")]
    [InlineData("linli", "zoe", "en-US")]
    public async Task Every_platform_is_a_way_into_the_sites(string platform, string person, string language)
    {
        var site = system.Addresses.Social;
        await using var window = await chromium.Open(language);
        await window.Go(site);
        await window.Link(window.Words.SignIn).ClickAsync();

        await window.Page.Locator($"form[action='/sign-in/{platform}'] button").ClickAsync();
        window.Address.Host.ShouldBe($"{platform}.localhost");
        await window.Authorize(person);

        await window.Page.WaitForURLAsync(new Uri(site, "/**").ToString());
        (await window.IsSignedIn()).ShouldBeTrue();
        window.Complaints.ShouldBeEmpty();
    }
}
