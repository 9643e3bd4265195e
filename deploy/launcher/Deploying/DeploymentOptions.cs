using System.Diagnostics.CodeAnalysis;

namespace Hutong.Launcher.Deploying;

/// <summary>How to run the whole system on this machine.</summary>
public sealed record DeploymentOptions
{
    /// <summary>Holds everything that is kept between two starts: data, secrets, logs.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The ledger of erasures: beside the databases and not in them, so that it outlives them.</summary>
    [AllowNull]
    public string Ledger { get => field ?? Path.Combine(DataFolder, "erasures"); init; }

    /// <summary>Which port each part listens on.</summary>
    public required PortPlan Ports { get; init; }

    /// <summary>An existing PostgreSQL, as its superuser; null starts a private one.</summary>
    public string? Postgres { get; init; }

    /// <summary>An existing RabbitMQ's virtual host (amqp); null starts a private one.</summary>
    public Uri? Broker { get; init; }

    /// <summary>Where traces and metrics go (OTLP); null sends none.</summary>
    public Uri? Otlp { get; init; }

    /// <summary>The protocol that <see cref="Otlp"/> speaks: <c>grpc</c> or <c>http/protobuf</c>.</summary>
    public string OtlpProtocol { get; init; } = "http/protobuf";

    /// <summary>Instances of each service. Those beyond the first listen on free ports.</summary>
    public int ServiceInstances { get; init; } = 1;

    /// <summary>Instances of the gateway; more than one stand behind one port that spreads connections at random.</summary>
    public int GatewayInstances { get; init; } = 1;

    /// <summary>False trades the safety of commits for speed: for tests that do not measure it.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>Told of each part that has become ready.</summary>
    public Action<string> Report { get; init; } = _ => { };
}
