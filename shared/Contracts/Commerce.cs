namespace Hutong.Contracts;

/// <summary>Somebody followed a card to the shop ("go buy").</summary>
/// <param name="ClickId">The click.</param>
/// <param name="PersonId">Who clicked; null while nobody was signed in.</param>
/// <param name="ProductId">The product.</param>
/// <param name="ViaPostId">The post or repost whose card was clicked; null outside a post.</param>
/// <param name="Channel">Where the card stood: <c>social</c>, <c>embed</c> or <c>shop</c>.</param>
/// <param name="ClickedAt">UTC.</param>
public sealed record CardClicked(
    Guid ClickId, Guid? PersonId, string ProductId, Guid? ViaPostId, string Channel, DateTimeOffset ClickedAt);

/// <summary>An order was paid and confirmed: a conversion.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="PersonId">The buyer.</param>
/// <param name="ProductId">The product.</param>
/// <param name="Quantity">Units bought.</param>
/// <param name="TotalMinor">What was paid, in minor units (cents, fen) of <paramref name="Currency"/>.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="ConfirmedAt">UTC.</param>
public sealed record OrderConfirmed(
    Guid OrderId, Guid PersonId, string ProductId, int Quantity, long TotalMinor, string Currency, DateTimeOffset ConfirmedAt);
