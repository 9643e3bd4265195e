using System.Globalization;
using Hutong.Launcher.Processes;

namespace Hutong.Launcher.Deploying;

/// <summary>One listener: what it is, its port, and the variable that chooses the port.</summary>
/// <param name="Purpose">In words for a person: "the gateway".</param>
/// <param name="Setting">The environment variable.</param>
/// <param name="Default">The port when the variable is not set.</param>
public sealed record Listener(string Purpose, string Setting, int Default)
{
    /// <summary>The gateway: the one public port.</summary>
    public static readonly Listener Gateway = new("the gateway", "HUTONG_PORT", 8080);

    /// <summary>Identity-Link.</summary>
    public static readonly Listener IdentityLink = new("identity-link", "HUTONG_IDENTITY_LINK_PORT", 5101);

    /// <summary>Social-Feed.</summary>
    public static readonly Listener SocialFeed = new("social-feed", "HUTONG_SOCIAL_FEED_PORT", 5102);

    /// <summary>Commerce-Card.</summary>
    public static readonly Listener CommerceCard = new("commerce-card", "HUTONG_COMMERCE_CARD_PORT", 5103);

    /// <summary>Attribution.</summary>
    public static readonly Listener Attribution = new("attribution", "HUTONG_ATTRIBUTION_PORT", 5104);

    /// <summary>The simulated platforms.</summary>
    public static readonly Listener Simulators = new("the platform simulators", "HUTONG_SIMULATORS_PORT", 5200);

    /// <summary>The demo's partner app.</summary>
    public static readonly Listener Partner = new("the partner app", "HUTONG_PARTNER_PORT", 5300);

    /// <summary>The receiver of traces.</summary>
    public static readonly Listener Traces = new("the trace receiver", "HUTONG_TRACES_PORT", 5400);

    /// <summary>The private PostgreSQL.</summary>
    public static readonly Listener Postgres = new("PostgreSQL", "HUTONG_POSTGRES_PORT", 5440);

    /// <summary>The private RabbitMQ, AMQP.</summary>
    public static readonly Listener RabbitMq = new("RabbitMQ", "HUTONG_RABBITMQ_PORT", 5680);

    /// <summary>The private RabbitMQ's management pages.</summary>
    public static readonly Listener RabbitMqManagement =
        new("RabbitMQ's management", "HUTONG_RABBITMQ_MANAGEMENT_PORT", 15680);

    /// <summary>The private RabbitMQ's Erlang distribution.</summary>
    public static readonly Listener RabbitMqDistribution =
        new("RabbitMQ's Erlang distribution", "HUTONG_RABBITMQ_DISTRIBUTION_PORT", 25680);

    /// <summary>The private RabbitMQ's Erlang port mapper.</summary>
    public static readonly Listener PortMapper = new("RabbitMQ's Erlang port mapper", "HUTONG_EPMD_PORT", 4380);

    /// <summary>Those of the private RabbitMQ.</summary>
    public static readonly IReadOnlyList<Listener> OfRabbitMq =
        [RabbitMq, RabbitMqManagement, RabbitMqDistribution, PortMapper];

    /// <summary>Every listener there is.</summary>
    public static readonly IReadOnlyList<Listener> All =
    [
        Gateway, IdentityLink, SocialFeed, CommerceCard, Attribution, Simulators, Partner, Traces, Postgres,
        .. OfRabbitMq,
    ];
}

/// <summary>Which listener has which port. All are on the loopback address.</summary>
public sealed class PortPlan
{
    private readonly IReadOnlyDictionary<Listener, int> _ports;

    private PortPlan(IReadOnlyDictionary<Listener, int> ports) => _ports = ports;

    /// <summary>The port of a listener.</summary>
    public int this[Listener listener] => _ports[listener];

    /// <summary>The ports that the environment chooses, the well-known ones otherwise.</summary>
    /// <exception cref="LaunchException">A variable does not hold a port.</exception>
    public static PortPlan FromEnvironment() => new(Listener.All.ToDictionary(listener => listener, Chosen));

    /// <summary>Ports nobody uses, for tests.</summary>
    public static PortPlan Random() => new(
        Listener.All.Zip(Ports.Free(Listener.All.Count)).ToDictionary(pair => pair.First, pair => pair.Second));

    /// <summary>Fails with one clear line when a port is taken.</summary>
    /// <exception cref="LaunchException">The first port that is taken.</exception>
    public void MustBeFree(IEnumerable<Listener> listeners)
    {
        foreach (var listener in listeners)
            Ports.MustBeFree(this[listener], listener.Purpose, listener.Setting);
    }

    private static int Chosen(Listener listener)
    {
        var given = Environment.GetEnvironmentVariable(listener.Setting);
        if (string.IsNullOrEmpty(given))
            return listener.Default;
        return int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536
            ? port
            : throw new LaunchException($"{listener.Setting}={given} is not a port: give a number from 1 to 65535.");
    }
}
