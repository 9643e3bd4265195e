using Hutong.Launcher.Processes;

namespace Hutong.Launcher.PrivateServers;

/// <summary>Where a private RabbitMQ node lives. All its ports are on 127.0.0.1.</summary>
public sealed record PrivateRabbitMqOptions
{
    /// <summary>The folder of the node's data, configuration, cookie and log; used again when it exists.</summary>
    public required string Folder { get; init; }

    /// <summary>AMQP.</summary>
    public required int Port { get; init; }

    /// <summary>The management plugin's pages and HTTP API.</summary>
    public required int ManagementPort { get; init; }

    /// <summary>Erlang distribution, for the command line tools.</summary>
    public required int DistributionPort { get; init; }

    /// <summary>The node's own Erlang port mapper, so that it neither finds nor disturbs another node.</summary>
    public required int PortMapperPort { get; init; }

    /// <summary>A node on ports nobody uses.</summary>
    public static PrivateRabbitMqOptions OnFreePorts(string folder)
    {
        var ports = Ports.Free(4);
        return new PrivateRabbitMqOptions
        {
            Folder = folder,
            Port = ports[0],
            ManagementPort = ports[1],
            DistributionPort = ports[2],
            PortMapperPort = ports[3],
        };
    }
}
