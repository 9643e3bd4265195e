using Hutong.EndToEnd.Tests.Fixtures;
using Microsoft.Playwright;

namespace Hutong.EndToEnd.Tests.Browsing;

/// <summary>Signing in, consenting and buying with the keyboard alone.</summary>
[Collection(nameof(Chromium))]
public sealed class KeyboardSpecs(RunningSystem system, Chromium chromium)
{
    private const int MostTabs = 40;

    private const string Outline = """
        () => {
          let focused = document.activeElement;
          while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
          const style = getComputedStyle(focused);
          return focused === document.body ? 'nothing' : style.outlineStyle === 'none' ? 'none' : style.outlineWidth;
        }
        """;

    [Theory]
    [InlineData("zh-CN")]
    [InlineData("en-US")]
    public async Task A_person_signs_in_consents_and_buys_with_the_keyboard_alone_and_sees_where_they_are(string language)
    {
        await using var chen = await chromium.Open();
        await chen.SignIn(system.Addresses.Social, "chen");
        var offer = await chen.List(system);

        await using var window = await chromium.Open(language);
        var words = window.Words;
        await window.Go(system.Addresses.Shop, $"/products/{offer.ProductId}");
        await Press(window, window.Link(words.SignIn));
        await Press(window, window.Button(words.WithWeibo));
        await TabTo(window, window.Page.Locator("input[name=person]").First);
        var zoe = window.Page.Locator("input[name=person][value=zoe]");
        for (var i = 0; i < MostTabs && !await zoe.IsCheckedAsync(); i++)
            await window.Page.Keyboard.PressAsync("ArrowDown");
        (await zoe.IsCheckedAsync()).ShouldBeTrue();
        await Press(window, window.Button(words.Authorize));
        await window.Button(words.Buy).WaitForAsync();

        await Press(window, window.Button(words.Buy));
        await Press(window, window.Page.GetByRole(AriaRole.Button, new() { Name = words.Pay }));
        await window.Page.GetByText(words.Paid).WaitForAsync();

        await window.Go(system.Addresses.Partner);
        await Press(window, window.Link(words.PartnerSignIn));
        // Whoever consented in the other language is not asked again.
        var (allow, signedIn) = (window.Button(words.Allow), window.Page.GetByRole(AriaRole.Heading, new() { Name = words.PartnerSignedIn }));
        await allow.Or(signedIn).WaitForAsync();
        if (await allow.IsVisibleAsync())
            await Press(window, allow);
        await signedIn.WaitForAsync();
        window.Address.Authority.ShouldBe(system.Addresses.Partner.Authority);
        window.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_live_cards_go_buy_is_reached_and_followed_with_the_keyboard()
    {
        await using var chen = await chromium.Open();
        await chen.SignIn(system.Addresses.Social, "chen");
        var (offer, post) = await chen.Post(system);
        await using var window = await chromium.Open();
        await window.Page.GotoAsync(post.AbsoluteUri);
        var buy = window.Page.Locator("hutong-card a.buy");
        await buy.WaitForAsync();
        await Press(window, buy);
        await window.Page.WaitForURLAsync($"**/products/{offer.ProductId}?via=*");
    }

    private static async Task Press(Window window, ILocator target)
    {
        await target.WaitForAsync();
        await TabTo(window, target);
        await window.Page.Keyboard.PressAsync("Enter");
    }

    /// <summary>Moves on with Tab until the target has the focus; every stop on the way must show that it has it.</summary>
    private static async Task TabTo(Window window, ILocator target)
    {
        await target.WaitForAsync();
        for (var i = 0; i < MostTabs; i++)
        {
            await window.Page.Keyboard.PressAsync("Tab");
            var outline = await window.Page.EvaluateAsync<string>(Outline);
            if (outline != "nothing")
                outline.ShouldNotBe("none", $"focus cannot be seen on {window.Page.Url} after {i + 1} tabs");
            if (await target.EvaluateAsync<bool>("target => target.getRootNode().activeElement === target"))
                return;
        }
        Assert.Fail($"{target} on {window.Page.Url} is not reached with the Tab key.");
    }
}
