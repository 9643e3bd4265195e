namespace Hutong.IdentityLink.Signing;

/// <summary>When signing keys change, <c>Provider:SigningKeys</c>.</summary>
public sealed class SigningKeyOptions
{
    /// <summary>The shortest <see cref="PublishedBefore"/>: our own caches of keys, and those of the answer, are over by then.</summary>
    public static readonly TimeSpan ShortestNotice = TimeSpan.FromMinutes(10);

    /// <summary>How long a key signs.</summary>
    public TimeSpan RotateAfter { get; init; } = TimeSpan.FromDays(30);

    /// <summary>
    /// How long a key is published before it signs, at least. As a rule it is <see cref="RotateAfter"/>, since each key is
    /// made when the one before it begins to sign; this counts for one that has to follow at once.
    /// </summary>
    public TimeSpan PublishedBefore { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long before a key's end it is an alarm that none is there to follow it.</summary>
    public TimeSpan AlarmBefore { get; init; } = TimeSpan.FromDays(3);

    /// <summary>Whether the settings go together.</summary>
    internal bool AreUsable => PublishedBefore >= ShortestNotice && RotateAfter >= 2 * PublishedBefore && AlarmBefore >= TimeSpan.Zero;
}
