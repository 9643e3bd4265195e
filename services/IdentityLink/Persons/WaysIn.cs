using Hutong.IdentityLink.Linking;
using Hutong.IdentityLink.Passkeys;
using Hutong.IdentityLink.Platforms;
using Microsoft.Extensions.Options;

namespace Hutong.IdentityLink.Persons;

/// <summary>Which accounts let somebody in: passkeys, and those of every platform that is configured and not suspended.</summary>
public sealed class WaysIn(KnownPlatforms platforms, IOptions<LinkingOptions> options, TimeProvider time)
{
    /// <summary>A platform that is suspended.</summary>
    public const string Suspended = "platform_suspended";

    /// <summary>Whether one can sign in with a platform's accounts.</summary>
    public bool IsOpen(string platform) =>
        IsThere(platform)
        && (SuspendedFrom(platform) is not { } from || time.GetUtcNow() < from);

    /// <summary>From when on a platform lets nobody in, UTC, if that is known.</summary>
    public DateTimeOffset? SuspendedFrom(string platform) =>
        options.Value.Suspensions.TryGetValue(platform, out var from) ? from : null;

    /// <summary>Whether somebody who has these accounts can sign in.</summary>
    public bool LeadIn(IEnumerable<string> accounts) => accounts.Any(account => IsOpen(AccountStreams.PlatformOf(account)));

    /// <summary>
    /// From when on nobody can sign in with any of these accounts, as far as is known, UTC. Null while one of them stays
    /// open.
    /// </summary>
    public DateTimeOffset? ClosedFrom(IEnumerable<string> accounts)
    {
        var ends = accounts.Select(AccountStreams.PlatformOf).Where(IsThere).Select(SuspendedFrom).ToList();
        return ends.Contains(null) ? null : ends.Max();
    }

    private bool IsThere(string platform) => platform == Passkey.Platform || platforms.Find(platform) is not null;
}
