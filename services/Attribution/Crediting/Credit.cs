using System.Collections.Immutable;
using Hutong.Attribution.Orders;
using Hutong.EventStore;

namespace Hutong.Attribution.Crediting;

/// <summary>
/// What brought an order, under one model, as known at the time. Stored as <c>credit_stated</c>. A statement stays as
/// issued: what is learned later makes a new one with the next number.
/// </summary>
/// <remarks>
/// The total is credited twice over, along channels and along chains of posts, and either way nothing is lost:
/// Σ <paramref name="Channels"/> + <paramref name="ChannelUnattributedMinor"/> = <paramref name="TotalMinor"/>, and
/// Σ <paramref name="Posts"/> + <paramref name="PostUnattributedMinor"/> = <paramref name="TotalMinor"/>.
/// </remarks>
/// <param name="Statement">From 1 within the order; all models are stated together under one number.</param>
/// <param name="Model">The model's name.</param>
/// <param name="Cause">What made it known, see <see cref="CreditCause"/>.</param>
/// <param name="Touches">The touches that count, earliest first.</param>
/// <param name="Rejected">The touches that do not, with the reason.</param>
public sealed record CreditStated(
    Guid OrderId, int Statement, string Model, string Cause, DateTimeOffset StatedAt, long TotalMinor, string Currency,
    IReadOnlyList<CountedTouch> Touches, IReadOnlyList<RejectedTouch> Rejected,
    IReadOnlyList<ChannelCredit> Channels, long ChannelUnattributedMinor,
    IReadOnlyList<PostCredit> Posts, long PostUnattributedMinor)
{
    /// <summary>Whether the other gives the same credit for the same reasons; its number and time do not matter.</summary>
    public bool SaysTheSameAs(CreditStated other) =>
        (TotalMinor, Currency, ChannelUnattributedMinor, PostUnattributedMinor)
            == (other.TotalMinor, other.Currency, other.ChannelUnattributedMinor, other.PostUnattributedMinor)
        && Channels.SequenceEqual(other.Channels)
        && Posts.SequenceEqual(other.Posts)
        && Touches.Count == other.Touches.Count
        && Touches.Zip(other.Touches).All(pair => pair.First.SaysTheSameAs(pair.Second));
}

/// <summary>A touch that counts.</summary>
/// <param name="ViaPostId">The clicked post; null for a card outside a post.</param>
/// <param name="Share">Its share of the order.</param>
/// <param name="Path">The posts from the original to the clicked one, as far as known.</param>
/// <param name="MissingPostId">The next post up the path, not heard of yet; null when the path is whole.</param>
public sealed record CountedTouch(
    Guid TouchId, string Channel, Guid? ViaPostId, DateTimeOffset At, Share Share, IReadOnlyList<PathStep> Path, Guid? MissingPostId)
{
    internal bool SaysTheSameAs(CountedTouch other) =>
        this with { Path = other.Path } == other && Path.SequenceEqual(other.Path);
}

/// <summary>A post on the way from an original to a click.</summary>
/// <param name="Depth">Distance from the original.</param>
/// <param name="Share">Its share of the touch.</param>
/// <param name="Reason">Why it gets nothing: <c>self</c>, the buyer's own, or <c>other_product</c>; null when it counts.</param>
public sealed record PathStep(Guid PostId, Guid AuthorId, int Depth, Share Share, string? Reason)
{
    /// <summary>Nobody earns from an order of their own.</summary>
    public const string Self = "self";
}

/// <summary>A touch that does not count.</summary>
/// <param name="Reason"><c>after_conversion</c>, <c>outside_window</c>, <c>other_product</c> or <c>not_a_click</c>.</param>
public sealed record RejectedTouch(Guid TouchId, string Kind, string? Channel, Guid? ViaPostId, DateTimeOffset At, string Reason);

/// <summary>What a channel brought, minor units.</summary>
public sealed record ChannelCredit(string Channel, long CreditMinor);

/// <summary>What a post or repost brought, minor units.</summary>
public sealed record PostCredit(Guid PostId, long CreditMinor);

/// <summary>What made a statement necessary.</summary>
internal static class CreditCause
{
    public const string OrderConfirmed = "order_confirmed";
    public const string ClickArrived = "click_arrived";
    public const string PostArrived = "post_arrived";
}

/// <summary>An order's credit: stream <c>credit-{order id}</c>.</summary>
/// <param name="Order">The order; null before it is confirmed.</param>
/// <param name="Statement">The number of the last statement; 0 for none.</param>
/// <param name="Latest">The last statement of each model.</param>
public sealed record Credit(OrderRecorded? Order, int Statement, ImmutableDictionary<string, CreditStated> Latest)
{
    /// <summary>How the stream becomes the state.</summary>
    public static Fold<Credit> Fold { get; } = new(new Credit(null, 0, ImmutableDictionary<string, CreditStated>.Empty), Evolve);

    /// <summary>The stream of an order's credit.</summary>
    public static string StreamOf(Guid orderId) => $"credit-{orderId}";

    private static Credit Evolve(Credit credit, object e) => e switch
    {
        OrderRecorded order => credit with { Order = order },
        CreditStated stated => credit with { Statement = stated.Statement, Latest = credit.Latest.SetItem(stated.Model, stated) },
        _ => credit,
    };
}
