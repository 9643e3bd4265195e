using Hutong.EndToEnd.Tests.Fixtures;
using Microsoft.Playwright;

namespace Hutong.EndToEnd.Tests.Browsing;

/// <summary>Somebody writes a code down, and needs it, in a real browser.</summary>
[Collection(nameof(Chromium))]
public sealed class RecoverySpecs(RunningSystem system, Chromium chromium)
{
    [Theory]
    [InlineData("zh-CN")]
    [InlineData("en-US")]
    public async Task A_person_makes_a_code_recovers_with_it_elsewhere_and_is_signed_out_at_home(string language)
    {
        var found = new List<string>();
        await using var home = await chromium.Open(language);
        await SignIn(home, "zoe");
        await home.Button(Say("生成恢复码", "Make a recovery code")).ClickAsync();
        var code = await home.Page.Locator("code.code").InnerTextAsync();
        found.AddRange(await Axe.Violations(home, "recovery code"));

        await using var window = await chromium.Open(language);
        await window.Go(system.Addresses.Origin, "/sign-in");
        await window.Link(Say("都登录不了？用恢复码", "None of these lets you in? Use a recovery code")).ClickAsync();
        found.AddRange(await Axe.Violations(window, "recover"));
        await window.Page.GetByLabel(Say("恢复码", "Recovery code")).FillAsync(code);
        await window.Page.Keyboard.PressAsync("Enter");
        await window.Button(Say("关联QQ", "Link QQ")).WaitForAsync();
        found.AddRange(await Axe.Violations(window, "recover, choosing"));
        await window.Button(Say("关联QQ", "Link QQ")).ClickAsync();
        await window.Authorize("wang");
        await window.Button(Say("找回", "Recover")).WaitForAsync();
        found.AddRange(await Axe.Violations(window, "recover, confirming"));
        await window.Button(Say("找回", "Recover")).ClickAsync();

        await window.Page.GetByText(Say("用QQ账号找回了身份。", "Your identity was recovered with a QQ account.")).First.WaitForAsync();
        await window.Page.Locator("li[data-platform=weibo]").WaitForAsync();
        await home.Go(system.Addresses.Origin, "/account");
        home.Address.AbsolutePath.ShouldBe("/sign-in");

        // As it was, for the next who comes this way.
        await SignIn(home, "zoe");
        await home.Link(Say("取消关联QQ", "Unlink QQ")).ClickAsync();
        await home.Button(Say("取消关联", "Unlink it")).ClickAsync();
        await home.Page.GetByText(Say("取消关联了QQ账号。", "A QQ account was unlinked.")).First.WaitForAsync();
        found.ShouldBeEmpty();
        home.Complaints.ShouldBeEmpty();
        window.Complaints.ShouldBeEmpty();

        string Say(string chinese, string english) => language == "zh-CN" ? chinese : english;
    }

    private async Task SignIn(Window window, string person)
    {
        await window.Go(system.Addresses.Origin, "/sign-in");
        await window.Button(window.Words.WithWeibo).ClickAsync();
        await window.Authorize(person);
        await window.Page.WaitForURLAsync(new Uri(system.Addresses.Origin, "/account").AbsoluteUri);
    }
}
