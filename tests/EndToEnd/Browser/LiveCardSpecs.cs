using System.Globalization;
using Hutong.EndToEnd.Tests.Fixtures;
using Microsoft.Playwright;

namespace Hutong.EndToEnd.Tests.Browsing;

/// <summary>The live card on pages of ours and of others.</summary>
[Collection(nameof(Chromium))]
public sealed class LiveCardSpecs(RunningSystem system, Chromium chromium, ITestOutputHelper output)
{
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(1);

    private const string HostileTitle =
        """<img src=x onerror="window.broken=1"><script>window.broken=2</script><b>Desk</b> &amp; "chair" '</hutong-card>""";

    // Notes, by the machine's clock, when each price was first in the document.
    private const string WatchPrice = """
        (card) => {
          window.prices = {};
          const look = () => {
            const price = card.shadowRoot.querySelector('.price')?.firstChild?.textContent;
            if (price) window.prices[price] ??= performance.timeOrigin + performance.now();
          };
          new MutationObserver(look).observe(card.shadowRoot, { childList: true, subtree: true, characterData: true });
          look();
        }
        """;

    [Fact]
    public async Task A_card_on_a_page_of_another_origin_shows_the_ladders_drop_within_a_second()
    {
        await using var chen = await chromium.Open();
        await chen.SignIn(system.Addresses.Social, "chen");
        var (offer, post) = await chen.Post(system);
        await using var embedding = await chromium.Open();
        await using var onSite = await chromium.Open("zh-CN");
        await embedding.Go(system.Addresses.Partner, $"/embed-demo?product={offer.ProductId}");
        await onSite.Page.GotoAsync(post.AbsoluteUri);
        ILocator[] open = [Card(embedding), Card(onSite)];
        foreach (var card in open)
        {
            await card.Locator(".price").WaitForAsync();
            await card.EvaluateAsync(WatchPrice);
        }
        (await open[0].Locator(".price").InnerTextAsync()).ShouldStartWith(Offer.Price);

        await using var liNa = await chromium.Open("zh-CN");
        await liNa.SignIn(system.Addresses.Social, "li-na");
        await liNa.Repost(post);
        await Priced(open[0], Offer.PriceAfterOne).WaitForAsync();
        await using var wang = await chromium.Open();
        await wang.SignIn(system.Addresses.Social, "wang");
        await wang.Repost(liNa.Address);
        await Priced(open[0], Offer.PriceAfterTwo).WaitForAsync();

        var drops = await offer.Drops(system);
        drops.Count.ShouldBe(2);
        await Shows(embedding, "a page of another origin", [Offer.PriceAfterOne, Offer.PriceAfterTwo], drops);
        await Priced(open[1], $"US{Offer.PriceAfterTwo}").WaitForAsync();
        await Shows(onSite, "a post of the social site", [$"US{Offer.PriceAfterOne}", $"US{Offer.PriceAfterTwo}"], drops);
        embedding.Complaints.ShouldBeEmpty();
        onSite.Complaints.ShouldBeEmpty("the live card works under the site's content security policy");
    }

    [Fact]
    public async Task A_hostile_title_is_text_wherever_the_card_is_shown()
    {
        await using var chen = await chromium.Open();
        await chen.SignIn(system.Addresses.Social, "chen");
        var (offer, post) = await chen.Post(system, HostileTitle);
        await using var window = await chromium.Open();
        foreach (var address in new[]
        {
            new Uri(system.Addresses.Partner, $"/embed-demo?product={offer.ProductId}"),
            post,
            new Uri(system.Addresses.Shop, $"/products/{offer.ProductId}"),
            new Uri(system.Addresses.Origin, $"/cards/{offer.ProductId}.html"),
        })
        {
            await window.Page.GotoAsync(address.AbsoluteUri);
            await window.Page.Locator("article").GetByText(HostileTitle).First.WaitForAsync();
            (await window.Page.Locator("img[onerror], main b, main script").CountAsync()).ShouldBe(0, address.AbsolutePath);
            (await window.Page.EvaluateAsync<string>("typeof window.broken")).ShouldBe("undefined", address.AbsolutePath);
        }
        await window.Go(system.Addresses.Partner, $"/embed-demo?product={Uri.EscapeDataString("\"><script>window.broken=3</script>")}");
        (await window.Page.EvaluateAsync<string>("typeof window.broken")).ShouldBe("undefined", "the demo page's own parameter");
    }

    private async Task Shows(Window window, string where, string[] prices, IReadOnlyList<DateTimeOffset> drops)
    {
        foreach (var (price, committed) in prices.Zip(drops))
        {
            var at = await window.Page.EvaluateAsync<double>("price => window.prices[price]", price);
            var took = DateTimeOffset.UnixEpoch.AddMilliseconds(at) - committed;
            var figure = string.Create(CultureInfo.InvariantCulture,
                $"{where} showed {price} {took.TotalMilliseconds:0} ms after the drop was committed");
            output.WriteLine(figure);
            took.ShouldBeLessThan(Promised, figure);
        }
    }

    private static ILocator Priced(ILocator card, string price) => card.Locator(".price", new() { HasText = price });

    private static ILocator Card(Window window) => window.Page.Locator("hutong-card").First;
}
