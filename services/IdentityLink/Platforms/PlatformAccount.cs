using System.Globalization;

using Hutong.IdentityLink.Pages;

namespace Hutong.IdentityLink.Platforms;

/// <summary>An account at a platform that somebody just proved to control.</summary>
public sealed record PlatformAccount
{
    private const int LongestNickname = 64;

    /// <summary>Takes what a platform said, and makes of a name what fits a page.</summary>
    /// <param name="platform">The platform's name.</param>
    /// <param name="subject">The account's id there.</param>
    /// <param name="nickname">What the platform calls it, if anything.</param>
    public PlatformAccount(string platform, string subject, string? nickname)
    {
        (Platform, Subject) = (platform, subject);
        var clean = ShownText.Of(nickname ?? "");
        var shown = StringInfo.ParseCombiningCharacters(clean) is { Length: > LongestNickname } starts ? clean[..starts[LongestNickname]] : clean;
        // A "character" may be a pile of combining marks without end.
        Nickname = shown.Length is 0 or > LongestNickname * 8 ? null : shown;
    }

    /// <summary>The platform's name.</summary>
    public string Platform { get; }

    /// <summary>The account's id there: personal, never shown and never logged.</summary>
    public string Subject { get; }

    /// <summary>
    /// Other subjects that name the same account at the platform, the most general first. One may be absent today and
    /// there tomorrow; none is ever equal to another account's <see cref="Subject"/>.
    /// </summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>What the platform calls it; null where it has no name.</summary>
    public string? Nickname { get; }

    /// <summary>Nothing personal: this may end in a log line.</summary>
    public override string ToString() => $"an account at {Platform}";
}
