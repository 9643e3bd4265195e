using System.Net;
using System.Text.Json;
using Hutong.Launcher.Deploying;

namespace Hutong.Launcher.Walk;

/// <summary>Step 7: the brand sees what brought the order: the post, Li Na's repost, the channel, and why.</summary>
internal static class ReadCredit
{
    private const string LastTouch = "last_touch";
    private const string Linear = "linear";

    public static async Task Take(
        Visitor chen, Offer offer, Reposts reposts, Purchase purchase, Addresses addresses, Report report,
        CancellationToken cancellation)
    {
        var total = purchase.Total.Minor;
        // Clicks, posts and orders come by queues of their own: until all are in, the credit is restated.
        var found = await Check.Until(
            () => Explain(chen, purchase.OrderId, addresses, cancellation),
            found => found is not null
                && found.Under(LastTouch).Of(reposts.LiNas) == total
                && found.Under(Linear).Of(reposts.LiNas) > 0,
            "The order was not credited to Li Na's repost", cancellation);
        var trace = chen.Browser.LastTrace;
        report.Did($"asked for the explanation of order {purchase.OrderId} at the brand console");

        var (last, linear) = (found!.Under(LastTouch), found.Under(Linear));
        foreach (var model in found.Models)
        {
            Check.That(model.Of("social") == total, $"The channel social did not get the whole order: {model}.");
            Check.That(model.Posts.Sum(post => post.CreditMinor) + model.PostUnattributedMinor == total,
                $"The credit does not add up to {total}: {model}.");
        }
        Check.That(linear.Of(offer.PostId) > 0, $"The brand's post has no part in it: {linear}.");
        report.Proved(
            $"channel social has all {purchase.Total}; last touch gives Li Na's repost {Money(last.Of(reposts.LiNas))}, linear gives " +
            $"the post {Money(linear.Of(offer.PostId))} and the repost {Money(linear.Of(reposts.LiNas))}: whole cents, nothing lost " +
            $"(statement {found.Statement}, {found.Cause})");
        report.Trace(trace);
        await Report(chen, reposts.LiNas, linear.Of(reposts.LiNas), addresses, report, cancellation);

        Price Money(long minor) => purchase.Total with { Minor = minor };
    }

    /// <summary>The brand's report, which follows the statements a moment later.</summary>
    private static async Task Report(
        Visitor chen, Guid repost, long credit, Addresses addresses, Report report, CancellationToken cancellation)
    {
        var post = await Check.Until(
            () => chen.Browser.Call<PostReport>(
                HttpMethod.Get, new Uri(addresses.Brand, $"/attribution/posts/{repost}"), null, cancellation),
            post => post.Clicks == 1 && post.Credits.SingleOrDefault(each => each.Model == Linear)?.CreditMinor == credit,
            "The report did not credit Li Na's repost with the order", cancellation);
        var all = await chen.Browser.Call<CreditReport>(
            HttpMethod.Get, new Uri(addresses.Brand, $"/attribution/report?model={Linear}"), null, cancellation);
        Check.That(all.Channels.Any(channel => channel.Name == "social" && channel.Orders > 0), "The report has no order for the channel social.");
        await chen.Open(addresses.Brand, "/", cancellation);
        var linear = post.Credits.Single(each => each.Model == Linear);
        report.Proved(
            $"the brand's report gives Li Na's repost {post.Clicks} of {post.AllClicks} clicks and {linear.Orders} of {linear.AllOrders} orders, " +
            $"and the channel social {all.Channels.Single(channel => channel.Name == "social").Orders} of {all.Orders}");
    }

    /// <summary>Null until the order has been heard of.</summary>
    private static async Task<Explanation?> Explain(
        Visitor chen, Guid order, Addresses addresses, CancellationToken cancellation)
    {
        var address = new Uri(addresses.Brand, $"/attribution/orders/{order}");
        var (status, body) = await chen.Browser.Ask(HttpMethod.Get, address, null, cancellation);
        if (status == HttpStatusCode.NotFound)
            return null;
        Check.That(status == HttpStatusCode.OK, $"GET {address} answered {(int)status}: {body}");
        return JsonSerializer.Deserialize<Explanation>(body, JsonSerializerOptions.Web);
    }
}
