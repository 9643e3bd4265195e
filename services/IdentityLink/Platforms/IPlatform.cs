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

    /// <summary>The origins of its authorize pages, such as <c>https://example.org</c>.</summary>
    IReadOnlyList<string> AuthorizeOrigins { get; }

    /// <summary>
    /// The subjects that an identifier can be part of, as its owner or the platform's support tells it: without what sets it
    /// apart from another app's or another kind of id.
    /// </summary>
    IReadOnlyList<string> SubjectsOf(string identifier) => [identifier];

    /// <summary>Where the browser goes to sign in.</summary>
    /// <returns>The address, or <see cref="PlatformRejections.Unavailable"/>: some are asked for it first.</returns>
    ValueTask<Outcome<Uri>> AuthorizeAddress(PlatformVisit visit, CancellationToken cancellation);

    /// <summary>Learns from the platform itself whose account an answer stands for.</summary>
    /// <returns>The account, or a rejection of <see cref="PlatformRejections"/>.</returns>
    Task<Outcome<PlatformAccount>> Redeem(PlatformVisit visit, PlatformAnswer answer, CancellationToken cancellation);
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

    /// <summary>What it says does not prove who signed in: forged, too old, of another visit, or of another provider.</summary>
    public const string Unproven = "platform_answer_unproven";

    /// <summary>It answered for a visitor whom it made up, and who is nobody's account.</summary>
    public const string Snapshot = "platform_snapshot_user";
}
