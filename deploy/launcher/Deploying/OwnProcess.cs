namespace Hutong.Launcher.Deploying;

/// <summary>A process of ours to run.</summary>
/// <param name="Name">In messages, and its log file's name.</param>
/// <param name="Project">The project's folder in the repository.</param>
/// <param name="Port">Where it listens.</param>
/// <param name="Settings">Its configuration, as environment variables.</param>
internal sealed record OwnProcess(string Name, string Project, int Port, Dictionary<string, string?> Settings);

/// <summary>The ports of every instance of every service.</summary>
internal sealed record InstancePorts(
    int[] Gateway, int[] IdentityLink, int[] SocialFeed, int[] CommerceCard, int[] Attribution);
