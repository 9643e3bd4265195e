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

        Price Money(long minor) => purchase.Total with { Minor = minor };
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
