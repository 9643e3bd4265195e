using System.Text.Json.Nodes;
using Hutong.EndToEnd.Tests.Fixtures;
using Microsoft.Playwright;

namespace Hutong.EndToEnd.Tests.Browsing;

/// <summary>One human who was taken for two, from finding out to leaving, in a real browser.</summary>
[Collection(nameof(Chromium))]
public sealed class LinkingSpecs(RunningSystem system, Chromium chromium)
{
    private const string Person = "zhao";

    [Theory]
    [InlineData("zh-CN")]
    [InlineData("en-US")]
    public async Task A_person_merges_undoes_it_merges_again_unlinks_and_is_erased(string language)
    {
        var found = new List<string>();
        // The same human came by QQ before.
        await using (var before = await chromium.Open(language))
            await SignIn(before, Say("用QQ登录", "Sign in with QQ"));
        await using var window = await chromium.Open(language);
        await SignIn(window, window.Words.WithTaobao);
        await Has("taobao");

        await ProveQq();
        await window.Page.GetByRole(AriaRole.Heading, new() { Name = Say("这两个都是你吗？", "Are these both you?") }).WaitForAsync();
        found.AddRange(await Axe.Violations(window, "merge"));
        await window.Button(Say("合并", "Merge them")).ClickAsync();
        await Has("taobao", "qq");
        found.AddRange(await Axe.Violations(window, "account, merged"));

        await window.Link(Say("撤销", "Undo it")).ClickAsync();
        await window.Button(Say("撤销合并", "Undo it")).WaitForAsync();
        found.AddRange(await Axe.Violations(window, "undo"));
        await window.Button(Say("撤销合并", "Undo it")).ClickAsync();
        await Has("taobao");

        await ProveQq();
        await window.Button(Say("合并", "Merge them")).PressAsync("Enter");
        await Has("taobao", "qq");

        await window.Link(Say("取消关联QQ", "Unlink QQ")).ClickAsync();
        await window.Button(Say("取消关联", "Unlink it")).WaitForAsync();
        found.AddRange(await Axe.Violations(window, "unlink"));
        await window.Button(Say("取消关联", "Unlink it")).ClickAsync();
        await Has("taobao");
        await window.Page.GetByText(Say("取消关联了QQ账号。", "A QQ account was unlinked.")).WaitForAsync();

        var download = await window.Page.RunAndWaitForDownloadAsync(() => window.Link(Say("下载我的数据", "Download my data")).ClickAsync());
        var export = JsonNode.Parse(await File.ReadAllTextAsync(await download.PathAsync()))!;
        export["accounts"]![0]!["platform"]!.GetValue<string>().ShouldBe("taobao");

        await window.Link(Say("删除我的身份", "Erase my identity")).ClickAsync();
        await window.Page.GetByLabel(Say("我明白，仍要删除。", "I understand, and want it erased.")).CheckAsync();
        found.AddRange(await Axe.Violations(window, "erase"));
        await window.Button(Say("删除", "Erase it")).ClickAsync();
        await window.Page.GetByRole(AriaRole.Heading, new() { Name = Say("你的身份已删除", "Your identity is erased") }).WaitForAsync();
        found.AddRange(await Axe.Violations(window, "erased"));
        await window.Go(system.Addresses.Origin, "/account");
        window.Address.AbsolutePath.ShouldBe("/sign-in");
        found.ShouldBeEmpty();
        window.Complaints.ShouldBeEmpty();

        string Say(string chinese, string english) => language == "zh-CN" ? chinese : english;

        async Task ProveQq()
        {
            await window.Button(Say("关联QQ", "Link QQ")).ClickAsync();
            await window.Authorize(Person);
        }

        async Task Has(params string[] platforms)
        {
            await window.Page.WaitForURLAsync(new Uri(system.Addresses.Origin, "/account").AbsoluteUri);
            foreach (var platform in platforms)
                await window.Page.Locator($"li[data-platform={platform}]").WaitForAsync();
            (await window.Page.Locator("li[data-platform]").CountAsync()).ShouldBe(platforms.Length);
        }
    }

    private async Task SignIn(Window window, string way)
    {
        await window.Page.GotoAsync(new Uri(system.Addresses.Origin, "/sign-in").AbsoluteUri);
        await window.Button(way).ClickAsync();
        await window.Authorize(Person);
        await window.Page.WaitForURLAsync(new Uri(system.Addresses.Origin, "/account").AbsoluteUri);
    }
}
