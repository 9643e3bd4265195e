using Hutong.CommerceCard.Ladders;
using Hutong.CommerceCard.Shops;

namespace Hutong.CommerceCard.Cards;

/// <summary>
/// A product as it is shown elsewhere: in a post, on a stranger's page. JSON, HTML and the live stream are made from
/// this one record.
/// </summary>
/// <param name="ProductId">The product.</param>
/// <param name="Version">Grows with every change; the live stream's <c>id</c>.</param>
/// <param name="Title">As the shop gives it.</param>
/// <param name="Brand">Left out where unknown.</param>
/// <param name="Image">A picture's address; left out for none.</param>
/// <param name="Price">Asked now.</param>
/// <param name="ListPrice">The shop's price without the ladder.</param>
/// <param name="Availability">What can be had.</param>
/// <param name="Reputation">The shop's; left out until it is first counted.</param>
/// <param name="Popularity">How often it was passed on and bought.</param>
/// <param name="Ladder">Left out without one.</param>
/// <param name="Links">Where to go from here.</param>
public sealed record Card(
    string ProductId, long Version, string Title, string? Brand, string? Image, Price Price, Price ListPrice,
    Availability Availability, Reputation? Reputation, Popularity Popularity, LadderView? Ladder, CardLinks Links)
{
    /// <summary>
    /// What tells one state of the card from another: its version, and the reputation, which the version does not
    /// cover since it is counted over other streams.
    /// </summary>
    public string Tag => $"{Version}-{Reputation?.Points ?? 0}";
}

/// <summary>What can be had.</summary>
/// <param name="Status"><c>in_stock</c> or <c>out_of_stock</c>.</param>
/// <param name="Units">Units that can be ordered now.</param>
public sealed record Availability(string Status, int Units)
{
    /// <summary>The availability of a number of units.</summary>
    public static Availability Of(int units) => new(units > 0 ? "in_stock" : "out_of_stock", units);
}

/// <summary>How often a product was passed on and bought.</summary>
/// <param name="Reposts">Reposts of posts that show it.</param>
/// <param name="Orders">Orders confirmed.</param>
public sealed record Popularity(long Reposts, long Orders);

/// <summary>Where to go from a card; absolute addresses.</summary>
/// <param name="Buy">The product in the shop.</param>
/// <param name="Html">The card as a page of its own, for a frame.</param>
/// <param name="Live">Its changes, as server-sent events.</param>
/// <param name="Clicks">Where to post that somebody went to buy.</param>
public sealed record CardLinks(string Buy, string Html, string Live, string Clicks);
