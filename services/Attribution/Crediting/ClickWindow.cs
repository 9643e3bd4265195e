using Hutong.Attribution.Orders;
using Hutong.Attribution.Touches;

namespace Hutong.Attribution.Crediting;

/// <summary>Which touches count for an order, and why the others do not.</summary>
internal static class ClickWindow
{
    public const string AfterConversion = "after_conversion";
    public const string OutsideWindow = "outside_window";
    public const string OtherProduct = "other_product";
    public const string NotAClick = "not_a_click";

    /// <summary>How long a click counts; the boundary itself counts.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromDays(7);

    /// <summary>How far from the order a touch is still listed with its reason. Beyond, a trail would fill every statement.</summary>
    private static readonly TimeSpan Listed = TimeSpan.FromDays(30);

    /// <summary>Whether a click at a time can count for an order confirmed at another.</summary>
    public static bool Covers(DateTimeOffset clickedAt, DateTimeOffset confirmedAt) =>
        clickedAt <= confirmedAt && confirmedAt - clickedAt <= Length;

    /// <summary>Sorts the touches of the buyer, earliest first.</summary>
    public static (IReadOnlyList<Touch> Counted, IReadOnlyList<RejectedTouch> Rejected) Select(
        IEnumerable<Touch> touches, OrderRecorded order)
    {
        var counted = new List<Touch>();
        var rejected = new List<RejectedTouch>();
        foreach (var touch in touches.Where(t => (t.At - order.ConfirmedAt).Duration() <= Listed).OrderBy(t => t.At).ThenBy(t => t.TouchId))
        {
            if (Reject(touch, order) is { } reason)
                rejected.Add(new RejectedTouch(touch.TouchId, touch.Kind, touch.Channel, touch.ViaPostId, touch.At, reason));
            else
                counted.Add(touch);
        }
        return (counted, rejected);
    }

    private static string? Reject(Touch touch, OrderRecorded order) => touch switch
    {
        { Kind: not Touch.Click } => NotAClick,
        _ when touch.At > order.ConfirmedAt => AfterConversion,
        _ when !Covers(touch.At, order.ConfirmedAt) => OutsideWindow,
        _ when touch.ProductId != order.ProductId => OtherProduct,
        _ => null,
    };
}
