namespace Hutong.IdentityLink.Platforms;

/// <summary>The platforms by name.</summary>
public sealed class KnownPlatforms(IEnumerable<IPlatform> platforms)
{
    /// <summary>All of them.</summary>
    public IReadOnlyList<IPlatform> All { get; } = [.. platforms];

    /// <summary>The platform of a name, or null.</summary>
    public IPlatform? Find(string name) => All.FirstOrDefault(platform => platform.Name == name);
}
