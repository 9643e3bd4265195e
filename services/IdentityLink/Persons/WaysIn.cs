using Hutong.IdentityLink.Linking;
using Microsoft.Extensions.Options;

namespace Hutong.IdentityLink.Persons;

/// <summary>Which accounts let somebody in: those of every platform that is not suspended.</summary>
public sealed class WaysIn(IOptions<LinkingOptions> options)
{
    /// <summary>Whether one can sign in with a platform's accounts.</summary>
    public bool IsOpen(string platform) => !options.Value.SuspendedPlatforms.Contains(platform);

    /// <summary>Whether somebody who has these accounts can sign in.</summary>
    public bool LeadIn(IEnumerable<string> accounts) => accounts.Any(account => IsOpen(AccountStreams.PlatformOf(account)));
}
