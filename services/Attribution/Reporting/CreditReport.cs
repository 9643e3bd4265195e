namespace Hutong.Attribution.Reporting;

/// <summary>What brought the orders, under one model and in one currency, with the denominators beside every figure.</summary>
/// <param name="Currency">ISO 4217; null when there is no order yet.</param>
/// <param name="AsOf">When the last order or statement in it was made, UTC; null when there is no order yet.</param>
/// <param name="Orders">Every order, credited or not.</param>
/// <param name="TotalMinor">What all of them came to.</param>
/// <param name="Clicks">Every click on a card, by anybody.</param>
/// <param name="ChannelUnattributed">What no channel is credited with.</param>
/// <param name="PostUnattributed">What no post is credited with.</param>
/// <param name="Posts">Most credited first.</param>
/// <param name="Next">Pass as <c>after</c> for the next page of posts; null on the last.</param>
public sealed record CreditReport(
    string Model, int WindowDays, string? Currency, IReadOnlyList<string> Currencies, DateTimeOffset? AsOf,
    long Orders, long TotalMinor, long Clicks, Credited ChannelUnattributed, Credited PostUnattributed,
    IReadOnlyList<ChannelLine> Channels, IReadOnlyList<PostLine> Posts, string? Next);

/// <summary>A sum of credit.</summary>
/// <param name="Orders">Orders with a part in it.</param>
public sealed record Credited(long Orders, long CreditMinor);

/// <summary>What a channel brought.</summary>
public sealed record ChannelLine(string Channel, long Clicks, long Orders, long CreditMinor);

/// <summary>What a post or repost brought.</summary>
/// <param name="ParentId">What it passes on; null for an original.</param>
/// <param name="Depth">0 for an original.</param>
/// <param name="Clicks">Clicks on the card in this very post.</param>
public sealed record PostLine(Guid PostId, Guid? ParentId, Guid RootId, int Depth, long Clicks, long Orders, long CreditMinor);

/// <summary>What one post or repost brought, under every model, with the denominators.</summary>
/// <param name="AllClicks">Every click on a card, by anybody.</param>
/// <param name="Credits">Empty while no order is credited to it.</param>
public sealed record PostReport(
    Guid PostId, Guid? ParentId, Guid RootId, int Depth, string? ProductId, DateTimeOffset PublishedAt, int WindowDays,
    long Clicks, long AllClicks, IReadOnlyList<PostModelCredit> Credits);

/// <summary>A post's credit under one model, in one currency, of all orders in that currency.</summary>
public sealed record PostModelCredit(string Model, string Currency, long Orders, long AllOrders, long CreditMinor, long AllMinor);

/// <summary>An order in the list.</summary>
/// <param name="Statement">The number of its last statement.</param>
/// <param name="PostUnattributedMinor">What no post is credited with, under the linear model.</param>
public sealed record OrderLine(
    Guid OrderId, string ProductId, int Quantity, long TotalMinor, string Currency, DateTimeOffset ConfirmedAt, int Statement,
    long PostUnattributedMinor);

/// <summary>A page of orders.</summary>
/// <param name="Items">Newest first.</param>
/// <param name="Next">Pass as <c>before</c> for the next page; null on the last.</param>
public sealed record OrderPage(IReadOnlyList<OrderLine> Items, string? Next);
