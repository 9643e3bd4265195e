namespace Hutong.Simulators.Platforms;

/// <summary>
/// One simulated platform: a folder with a class that maps its endpoints, and one line in <c>Program.cs</c>.
/// Each is mapped in a route group of its own, so that whatever concerns one platform as a whole is a filter there.
/// </summary>
public interface IPlatform
{
    /// <summary>What the platform is called on the overview page.</summary>
    string Title { get; }

    /// <summary>Maps the paths of the real platform; they must not collide with another platform's.</summary>
    void Map(IEndpointRouteBuilder routes);
}
