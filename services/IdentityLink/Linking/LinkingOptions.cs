using System.ComponentModel.DataAnnotations;

namespace Hutong.IdentityLink.Linking;

/// <summary>The settings of linking, <c>Linking</c>.</summary>
public sealed class LinkingOptions
{
    /// <summary>How long a sign-in counts as fresh enough to change what leads to the person.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "01:00:00")]
    public TimeSpan FreshFor { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a proof of an account waits to be confirmed.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "01:00:00")]
    public TimeSpan ProofLifetime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long after a recovery nothing can be undone to the owner, should somebody else have recovered: what was linked
    /// before cannot be unlinked, and the person neither merged nor erased.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "30.00:00:00")]
    public TimeSpan RecoveryHold { get; init; } = TimeSpan.FromDays(3);

    /// <summary>
    /// Platforms that let nobody in from a time on, UTC, by our decision or theirs. Their links stay, and do not count as
    /// a way in. A time to come announces it: people who know no other way in are asked for one.
    /// </summary>
    public IReadOnlyDictionary<string, DateTimeOffset> Suspensions { get; init; } = new Dictionary<string, DateTimeOffset>();
}
