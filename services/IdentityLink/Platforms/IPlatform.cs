using System.Globalization;
using Hutong.EventStore.Commands;

namespace Hutong.IdentityLink.Platforms;

/// <summary>
/// A platform where people have accounts, in its own wire format. Its quirks stay inside its folder: to add a
/// platform is to add a folder and a line in <see cref="PlatformServices"/>.
/// </summary>
public interface IPlatform
{
    /// <summary>The name in addresses, stream ids and contracts: lower case, letters and digits only.</summary>
    string Name { get; }

    /// <summary>What people call it, in Chinese and in English.</summary>
    (string Chinese, string English) Title { get; }

    /// <summary>Which side of the house it is on.</summary>
    Side Side { get; }

    /// <summary>Where the browser goes to sign in.</summary>
    /// <param name="state">Comes back with the answer.</param>
    /// <param name="callback">Where the answer goes.</param>
    Uri AuthorizeAddress(string state, Uri callback);

    /// <summary>Learns from the platform itself whose account a code stands for.</summary>
    /// <returns>The account, or a rejection of <see cref="PlatformRejections"/>.</returns>
    Task<Outcome<PlatformAccount>> Redeem(string code, Uri callback, CancellationToken cancellation);
}

/// <summary>An account at a platform that somebody just proved to control.</summary>
public sealed record PlatformAccount
{
    private const int LongestNickname = 64;

    /// <summary>Takes what a platform said, and cuts a name down to what fits a page.</summary>
    /// <param name="platform">The platform's name.</param>
    /// <param name="subject">The account's id there.</param>
    /// <param name="nickname">What the platform calls it, if anything.</param>
    public PlatformAccount(string platform, string subject, string? nickname)
    {
        (Platform, Subject) = (platform, subject);
        var clean = string.Concat((nickname ?? "").Where(c => !char.IsControl(c))).Trim();
        var shown = StringInfo.ParseCombiningCharacters(clean) is { Length: > LongestNickname } starts ? clean[..starts[LongestNickname]] : clean;
        // A "character" may be a pile of combining marks without end.
        Nickname = shown.Length is 0 or > LongestNickname * 8 ? null : shown;
    }

    /// <summary>The platform's name.</summary>
    public string Platform { get; }

    /// <summary>The account's id there: personal, never shown and never logged.</summary>
    public string Subject { get; }

    /// <summary>What the platform calls it; null where it has no name.</summary>
    public string? Nickname { get; }

    /// <summary>Nothing personal: this may end in a log line.</summary>
    public override string ToString() => $"an account at {Platform}";
}

/// <summary>Where a platform or a site belongs.</summary>
public enum Side
{
    /// <summary>Where people talk.</summary>
    Social,

    /// <summary>Where people buy.</summary>
    Shop,
}

/// <summary>Why a platform did not tell who signed in.</summary>
public static class PlatformRejections
{
    /// <summary>It could not be reached, or its answer made no sense.</summary>
    public const string Unavailable = "platform_unavailable";

    /// <summary>It did not accept the code.</summary>
    public const string Refused = "platform_refused";

    /// <summary>The token was made for another app or account: somebody passes on what is not theirs.</summary>
    public const string WrongAudience = "platform_wrong_audience";
}
