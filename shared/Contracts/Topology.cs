namespace Hutong.Contracts;

/// <summary>Contracts whose order matters together: an endpoint binds a whole family, and order is kept per origin stream and family.</summary>
/// <param name="Name">Stable; part of every message's order key.</param>
/// <param name="Messages">The contracts.</param>
public sealed record Family(string Name, params IReadOnlyList<Type> Messages);

/// <summary>A durable queue, the service that consumes it, and what it is bound to.</summary>
/// <param name="Name"><c>{service}.{what}</c>.</param>
/// <param name="Families">The families bound.</param>
public sealed record Queue(string Name, params IReadOnlyList<Family> Families);

/// <summary>
/// The one manifest of who hears what. Every instance declares all of it before its relay starts, so that no message
/// is published before its queues exist; a contract that no queue binds is not published at all.
/// </summary>
public static class Topology
{
    /// <summary>Who is who, from Identity-Link.</summary>
    public static Family Identity { get; } = new(
        "identity", typeof(PersonRegistered), typeof(AccountLinked), typeof(AccountUnlinked), typeof(PersonsMerged), typeof(PersonsSplit),
        typeof(PersonErased));

    /// <summary>What people say and pass on, from Social-Feed.</summary>
    public static Family Feed { get; } = new("feed", typeof(PostPublished), typeof(PostReposted));

    /// <summary>Clicks and orders, from Commerce-Card.</summary>
    public static Family Commerce { get; } = new("commerce", typeof(CardClicked), typeof(OrderConfirmed));

    /// <summary>Every family.</summary>
    public static IReadOnlyList<Family> Families { get; } = [Identity, Feed, Commerce];

    /// <summary>Every queue.</summary>
    public static IReadOnlyList<Queue> Queues { get; } =
    [
        new("social-feed.identity", Identity),
        new("commerce-card.feed", Feed),
        new("attribution.identity", Identity),
        new("attribution.feed", Feed),
        new("attribution.commerce", Commerce),
    ];
}
