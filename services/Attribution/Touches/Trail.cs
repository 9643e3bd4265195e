using System.Collections.Immutable;
using Hutong.Attribution.Identities;
using Hutong.EventStore;

namespace Hutong.Attribution.Touches;

/// <summary>Somebody followed a card to the shop. Stored as <c>click_recorded</c>.</summary>
/// <param name="PersonId">Who; null while nobody was signed in.</param>
/// <param name="ViaPostId">The post or repost whose card it was; null outside a post.</param>
/// <param name="Channel">Where the card stood: <c>social</c>, <c>embed</c> or <c>shop</c>.</param>
public sealed record ClickRecorded(
    Guid ClickId, Guid? PersonId, string ProductId, Guid? ViaPostId, string Channel, DateTimeOffset ClickedAt);

/// <summary>The person passed a post on. Stored as <c>repost_recorded</c>.</summary>
/// <param name="RepostId">The repost, a post of its own.</param>
/// <param name="ParentId">What was passed on.</param>
public sealed record RepostRecorded(Guid RepostId, Guid ParentId, string? ProductId, DateTimeOffset RepostedAt);

/// <summary>The person bought. Stored as <c>conversion_recorded</c>; the order itself is in <c>credit-{order id}</c>.</summary>
public sealed record ConversionRecorded(Guid OrderId, DateTimeOffset ConfirmedAt);

/// <summary>One contact of a person with a product.</summary>
/// <param name="Kind"><see cref="Click"/> or <see cref="Repost"/>.</param>
/// <param name="ViaPostId">The post the contact went through; null outside a post.</param>
/// <param name="Channel">Where a clicked card stood; null for a repost.</param>
public sealed record Touch(Guid TouchId, string Kind, string? ProductId, Guid? ViaPostId, string? Channel, DateTimeOffset At)
{
    public const string Click = "click";
    public const string Repost = "repost";
}

/// <summary>
/// What one identity did: stream <c>trail-{person id}</c>. Conversions stand beside the touches so that an order and a
/// click that arrive at once meet in one stream: whichever comes second sees the other.
/// </summary>
/// <param name="Touches">In the order they arrived.</param>
/// <param name="Conversions">The orders.</param>
/// <param name="Erased">Whether the person is no more: then the trail tells nothing, and takes nothing in.</param>
public sealed record Trail(ImmutableList<Touch> Touches, ImmutableList<ConversionRecorded> Conversions, bool Erased = false)
{
    /// <summary>How the stream becomes the state.</summary>
    public static Fold<Trail> Fold { get; } = new(new Trail([], []), Evolve);

    /// <summary>The trail of a person; a click by nobody known is a trail of its own.</summary>
    public static string StreamOf(Guid identity) => $"trail-{identity}";

    /// <summary>Decides to record a click; no events when it is recorded, or its person is no more.</summary>
    public IReadOnlyList<object> Record(ClickRecorded click) =>
        Erased || Touches.Exists(t => t.TouchId == click.ClickId) ? [] : [click];

    /// <summary>Decides to record an order; no events when its buyer is no more.</summary>
    public IReadOnlyList<object> Record(ConversionRecorded conversion) => Erased ? [] : [conversion];

    /// <summary>The state after an event.</summary>
    public static Trail Evolve(Trail trail, object e) => e switch
    {
        IdentityErased => new Trail([], [], Erased: true),
        _ when trail.Erased => trail,
        ClickRecorded c => trail with
        {
            Touches = trail.Touches.Add(new Touch(c.ClickId, Touch.Click, c.ProductId, c.ViaPostId, c.Channel, c.ClickedAt)),
        },
        RepostRecorded r => trail with
        {
            Touches = trail.Touches.Add(new Touch(r.RepostId, Touch.Repost, r.ProductId, r.ParentId, null, r.RepostedAt)),
        },
        ConversionRecorded c => trail with { Conversions = trail.Conversions.Add(c) },
        _ => trail,
    };
}
