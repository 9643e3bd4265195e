namespace Hutong.Launcher.PrivateServers;

/// <summary>Where a private PostgreSQL cluster lives and how it is tuned.</summary>
public sealed record PrivatePostgresOptions
{
    /// <summary>The folder of the cluster, its password and its log. What it holds from before is used again.</summary>
    public required string Folder { get; init; }

    /// <summary>The port on 127.0.0.1; the server listens nowhere else.</summary>
    public required int Port { get; init; }

    /// <summary>False trades the safety of commits for speed: for tests that measure neither.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>Enough for two instances of every service, or for many tests at once.</summary>
    public int MaxConnections { get; init; } = 500;
}
