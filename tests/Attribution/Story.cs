using Hutong.Contracts;

namespace Hutong.Attribution.Tests;

/// <summary>
/// The journey's middle: a brand posts P, Li Na reposts it as R1, Wang reposts that as R2, clicks a card and buys. Every
/// story has people, posts and a product of its own.
/// </summary>
internal sealed class Story
{
    public static readonly DateTimeOffset Bought = new(2026, 11, 11, 12, 0, 0, TimeSpan.Zero);

    public Guid Brand { get; } = Guid.CreateVersion7();

    public Guid LiNa { get; } = Guid.CreateVersion7();

    public Guid Wang { get; } = Guid.CreateVersion7();

    public Guid P { get; } = Guid.CreateVersion7();

    public Guid R1 { get; } = Guid.CreateVersion7();

    public Guid R2 { get; } = Guid.CreateVersion7();

    public Guid OrderId { get; } = Guid.CreateVersion7();

    public string Product { get; } = $"desk-{Guid.CreateVersion7():N}";

    public string Currency { get; init; } = "USD";

    public PostPublished Published => new(P, Brand, Product, Bought.AddHours(-5));

    public PostReposted LiNaReposted => new(R1, LiNa, P, P, 1, Product, Bought.AddHours(-4));

    public PostReposted WangReposted => new(R2, Wang, R1, P, 2, Product, Bought.AddHours(-3));

    public CardClicked Clicked(Guid? via, TimeSpan? before = null, string channel = "social", Guid? by = null) =>
        new(Guid.CreateVersion7(), by ?? Wang, Product, via, channel, Bought - (before ?? TimeSpan.FromHours(1)));

    public OrderConfirmed Confirmed(long total = 1_299) => new(OrderId, Wang, Product, 1, total, Currency, Bought);
}
