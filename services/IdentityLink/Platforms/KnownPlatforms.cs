using Hutong.IdentityLink.Passkeys;

namespace Hutong.IdentityLink.Platforms;

/// <summary>The platforms by name.</summary>
public sealed class KnownPlatforms(IEnumerable<IPlatform> platforms)
{
    /// <summary>All of them.</summary>
    public IReadOnlyList<IPlatform> All { get; } = [.. platforms];

    /// <summary>The names of all ways in, the passkey among them.</summary>
    public IReadOnlyList<string> WaysIn { get; } = [.. platforms.Select(platform => platform.Name), Passkey.Platform];

    /// <summary>What people call a platform, in Chinese and in English; its name where it is not configured any more.</summary>
    public (string Chinese, string English) TitleOf(string name) =>
        name == Passkey.Platform ? Passkey.Title : Find(name)?.Title ?? (name, name);

    /// <summary>The platform of a name, or null.</summary>
    public IPlatform? Find(string name) => All.FirstOrDefault(platform => platform.Name == name);
}
