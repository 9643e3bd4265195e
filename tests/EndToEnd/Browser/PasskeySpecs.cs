using Hutong.EndToEnd.Tests.Fixtures;
using Hutong.Testing;
using Microsoft.Playwright;

namespace Hutong.EndToEnd.Tests.Browsing;

/// <summary>Passkeys in a real browser, with its virtual authenticator.</summary>
[Collection(nameof(Chromium))]
public sealed class PasskeySpecs(RunningSystem system, Chromium chromium)
{
    [Theory]
    [InlineData("zh-CN")]
    [InlineData("en-US")]
    public async Task A_newcomer_registers_with_a_passkey_alone_by_keyboard_and_signs_in_with_it_at_the_other_site(string language)
    {
        var words = PasskeyWords.In(language);
        await using var window = await chromium.Open(language);
        await VirtualAuthenticator.In(window);
        await window.Go(system.Addresses.Social);
        await window.Link(window.Words.SignIn).ClickAsync();
        await window.Page.GetByText(words.NoAccountYet).PressAsync("Enter");
        var found = (await Axe.Violations(window, "sign-in, creating an account")).ToList();
        await window.Page.GetByLabel(words.WhatToCallYou).FillAsync("周敏 Min");
        await window.Page.GetByLabel(words.WhatToCallYou).PressAsync("Enter");
        await window.Button(window.Words.SignOut).WaitForAsync();
        window.Address.ShouldBe(system.Addresses.Social);

        await window.Button(window.Words.SignOut).ClickAsync();
        await window.Link(window.Words.SignIn).WaitForAsync();
        await window.Go(system.Addresses.Shop);
        (await window.IsSignedIn()).ShouldBeFalse();
        await window.Link(window.Words.SignIn).ClickAsync();
        await window.Button(words.SignIn).PressAsync("Enter");
        await window.Button(window.Words.SignOut).WaitForAsync();
        window.Address.ShouldBe(system.Addresses.Shop);

        await window.Go(system.Addresses.Origin, "/account");
        await window.Page.Locator("li[data-platform=passkey]").GetByText("周敏 Min").WaitForAsync();
        found.AddRange(await Axe.Violations(window, "account"));
        found.ShouldBeEmpty();
        window.Complaints.ShouldBeEmpty("the script runs under the pages' content security policy");
    }

    [Theory]
    [InlineData("zh-CN")]
    [InlineData("en-US")]
    public async Task A_person_adds_a_passkey_to_their_account_and_needs_no_platform_from_then_on(string language)
    {
        var words = PasskeyWords.In(language);
        var account = new Uri(system.Addresses.Origin, "/account");
        await using var window = await chromium.Open(language);
        await VirtualAuthenticator.In(window);
        await window.Page.GotoAsync(new Uri(system.Addresses.Origin, "/sign-in").AbsoluteUri);
        await window.Button(window.Words.WithWeibo).ClickAsync();
        await window.Authorize("zhao");
        await Add($"Laptop {language}");
        await window.Page.GetByRole(AriaRole.Status).GetByText(words.Added).WaitForAsync();
        await Add("The same again");
        await window.Page.GetByRole(AriaRole.Status).GetByText(words.KnownHere).WaitForAsync();
        (await Axe.Violations(window, "account, with a message")).ShouldBeEmpty();

        await window.Go(system.Addresses.Origin, "/end_session");
        await window.Button(window.Words.SignOut).ClickAsync();
        await Eventually.True(async () =>
        {
            await window.Page.GotoAsync(account.AbsoluteUri);
            return window.Address.AbsolutePath == "/sign-in";
        }, because: "signed out, the account page asks to sign in");
        await window.Button(words.SignIn).ClickAsync();
        await window.Page.WaitForURLAsync(account.AbsoluteUri);
        await window.Page.Locator("li[data-platform=passkey]").GetByText($"Laptop {language}").WaitForAsync();
        await window.Page.Locator("li[data-platform=weibo]").WaitForAsync();
        window.Complaints.ShouldBeEmpty();

        async Task Add(string name)
        {
            await window.Page.GetByLabel(words.NameToKnowItBy).FillAsync(name);
            await window.Button(words.Add).ClickAsync();
        }
    }

    [Theory]
    [InlineData("zh-CN")]
    [InlineData("en-US")]
    public async Task Whoever_is_not_recognized_is_told_on_the_page_and_can_try_again(string language)
    {
        var words = PasskeyWords.In(language);
        await using var window = await chromium.Open(language);
        var authenticator = await VirtualAuthenticator.In(window);
        await window.Go(system.Addresses.Origin, "/sign-in");
        await window.Page.GetByText(words.NoAccountYet).ClickAsync();
        await window.Page.GetByLabel(words.WhatToCallYou).FillAsync("Min");
        await authenticator.VerifiesOwner(false);
        await window.Button(words.Create).ClickAsync();
        await window.Page.GetByRole(AriaRole.Status).GetByText(words.Undone).WaitForAsync();
        (await Axe.Violations(window, "sign-in, with a message")).ShouldBeEmpty();

        await authenticator.VerifiesOwner(true);
        await window.Button(words.Create).ClickAsync();
        await window.Page.WaitForURLAsync("**/account");
        window.Complaints.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("zh-CN", false)]
    [InlineData("en-US", false)]
    [InlineData("en-US", true)]
    public async Task Without_script_or_in_a_browser_that_knows_no_passkeys_the_button_explains_that(string language, bool script)
    {
        var words = PasskeyWords.In(language);
        await using var window = await chromium.Open(language, script);
        if (script)
            await window.Page.AddInitScriptAsync("delete window.PublicKeyCredential");
        await window.Go(system.Addresses.Origin, "/sign-in");
        await window.Button(words.SignIn).ClickAsync();
        await window.Page.GetByText(words.NeedsScript).WaitForAsync();
        await window.Page.Locator("main a.button").ClickAsync();
        await window.Button(window.Words.WithWeibo).WaitForAsync();
    }
}
