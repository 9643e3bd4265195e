using System.Net;
using System.Text.Json;
using Hutong.Launcher.Deploying;

namespace Hutong.Launcher.Walk;

/// <summary>Step 6: Wang goes to buy from the card on Li Na's repost, arrives signed in, orders and pays, once.</summary>
internal static class Buy
{
    public static async Task<Purchase> Take(
        Visitor wang, Offer offer, Reposts reposts, Addresses addresses, Report report, CancellationToken cancellation)
    {
        var product = offer.Card.ProductId;
        var before = await wang.Card(addresses.Shop, product, cancellation);
        var arrived = await GoBuy(wang, product, reposts, addresses, cancellation);
        report.Did("Wang clicked “go buy” on the card of Li Na's repost, and arrived at the shop signed in");

        var checkout = await arrived.Submit(arrived.FormTo("/checkout"), Visitor.Nothing, null, cancellation);
        var orderId = PublishWithLadder.IdAtTheEnd(checkout.MustBeThere().Address, "/checkout/");
        var orderAddress = new Uri(addresses.Shop, $"/orders/{orderId}");
        var reserved = await Order(wang, orderAddress, cancellation);
        Check.That(reserved.Status == "reserved" && reserved.Total == before.Price && reserved.ViaPostId == reposts.LiNas,
            $"The order is to be reserved at {before.Price} by way of {reposts.LiNas}; it is {reserved}.");
        report.Did($"ordered one: {orderId}, reserved at {reserved.Total}");

        var pay = checkout.FormTo("/pay");
        var entries = new Dictionary<string, string> { ["token"] = "tok_ok" };
        (await checkout.Submit(pay, entries, null, cancellation)).MustBeThere();
        var trace = wang.Browser.LastTrace;
        Check.That((await Order(wang, orderAddress, cancellation)).Status == "confirmed", "The order is paid and not confirmed.");
        report.Did("paid; the order is confirmed");

        await PayAgain(wang, checkout, pay, entries, orderAddress, cancellation);
        var after = await wang.Card(addresses.Shop, product, cancellation);
        Check.That(after.Availability.Units == before.Availability.Units - 1 && after.Popularity.Orders == before.Popularity.Orders + 1,
            $"One unit was bought: of {before.Availability.Units} in stock {after.Availability.Units} are left, " +
            $"orders went from {before.Popularity.Orders} to {after.Popularity.Orders}.");
        report.Proved(
            $"stock went from {before.Availability.Units} to {after.Availability.Units}, once; the same payment sent again " +
            "changes nothing, and another one is refused (order_already_paid)");
        report.Trace(trace);
        return new Purchase(orderId, reserved.Total, trace);
    }

    /// <summary>What the card's script does on a click, and where its link leads.</summary>
    private static async Task<Page> GoBuy(
        Visitor wang, string product, Reposts reposts, Addresses addresses, CancellationToken cancellation)
    {
        using var click = new FormUrlEncodedContent([new("channel", "social"), new("via", reposts.LiNas.ToString())]);
        var clicked = await wang.Browser.Call<Click>(
            HttpMethod.Post, new Uri(addresses.Social, $"/cards/{product}/clicks"), click, cancellation);
        var arrived = (await wang.Browser.Open(clicked.Buy, cancellation)).MustBeThere();
        Check.That(arrived.Address.Authority == addresses.Shop.Authority && arrived.Address.Query.Contains(reposts.LiNas.ToString(), StringComparison.Ordinal),
            $"“Go buy” led to {arrived.Address}.");
        Check.That((await wang.Me(addresses.Shop, cancellation)).PersonId == reposts.Wang, "The shop takes Wang for somebody else.");
        return arrived;
    }

    private static async Task PayAgain(
        Visitor wang, Page checkout, Form pay, Dictionary<string, string> entries, Uri order, CancellationToken cancellation)
    {
        (await checkout.Submit(pay, entries, null, cancellation)).MustBeThere();
        var (status, body) = await wang.Browser.Ask(
            HttpMethod.Post, new Uri($"{order}/pay"), new { Token = "tok_ok" }, cancellation, PublishWithLadder.Key());
        Check.That(status == HttpStatusCode.Conflict
            && JsonSerializer.Deserialize<Refusal>(body, JsonSerializerOptions.Web)?.Code == "order_already_paid",
            $"A second payment was answered with {(int)status}: {body}");
    }

    private static Task<Order> Order(Visitor wang, Uri address, CancellationToken cancellation) =>
        wang.Browser.Call<Order>(HttpMethod.Get, address, null, cancellation);
}

/// <summary>What Wang bought.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Total">What he paid.</param>
/// <param name="Trace">The trace of the payment, which is what settles the purchase.</param>
internal sealed record Purchase(Guid OrderId, Price Total, string Trace);
