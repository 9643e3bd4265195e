namespace Hutong.IdentityLink.SecurityEvents;

/// <summary>How long security events are delivered and kept, <c>Provider:SecurityEvents</c>.</summary>
public sealed class SecurityEventOptions
{
    /// <summary>How long after it happened an event is given up that its client did not take.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How long one that was delivered, or given up, can be had again.</summary>
    public TimeSpan KeptFor { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Whether the settings go together.</summary>
    internal bool AreUsable => GiveUpAfter >= TimeSpan.FromHours(1) && KeptFor >= GiveUpAfter;
}
