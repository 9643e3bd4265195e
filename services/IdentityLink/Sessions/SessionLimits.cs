namespace Hutong.IdentityLink.Sessions;

/// <summary>How long somebody stays signed in in a browser, <c>Sessions</c>.</summary>
public sealed class SessionLimits
{
    private static readonly TimeSpan SeldomEnough = TimeSpan.FromMinutes(5);

    /// <summary>How long a session lasts that nobody uses. Use is a page of ours, or a refresh by a site that the session let in.</summary>
    public TimeSpan IdleLimit { get; init; } = TimeSpan.FromDays(14);

    /// <summary>How long a session lasts at most since the person last proved who they are.</summary>
    public TimeSpan AbsoluteLimit { get; init; } = TimeSpan.FromDays(90);

    /// <summary>Use is written down no more often than this, and a session may therefore end that much before its idle limit.</summary>
    internal TimeSpan TouchAfter => IdleLimit / 10 < SeldomEnough ? IdleLimit / 10 : SeldomEnough;

    /// <summary>Whether the settings go together.</summary>
    internal bool AreUsable => IdleLimit >= TimeSpan.FromMinutes(1) && AbsoluteLimit >= IdleLimit;
}
