using Hutong.Launcher.PrivateServers;
using Npgsql;

namespace Hutong.Launcher.Deploying;

/// <summary>
/// The PostgreSQL and the RabbitMQ under a deployment, private ones unless others are given, with one
/// database and role per service and one virtual host for all.
/// </summary>
internal sealed class DataServers : IAsyncDisposable
{
    private const string Vhost = "hutong";

    private readonly Dictionary<string, string> _databases = [];
    private PostgresServer? _server;
    private PrivatePostgres? _postgres;
    private PrivateRabbitMq? _rabbitMq;
    private Uri? _broker;

    /// <summary>The services' databases. A service's role has the name of its database.</summary>
    public static IReadOnlyList<string> DatabaseNames { get; } =
        ["identity_link", "social_feed", "commerce_card", "attribution", "gateway"];

    /// <summary>The server; there is none before it is started.</summary>
    public PostgresServer Postgres => _server ?? throw new InvalidOperationException("PostgreSQL is not started yet.");

    /// <summary>Each database's connection string as its own role.</summary>
    public IReadOnlyDictionary<string, string> Databases => _databases;

    /// <summary>The virtual host's AMQP address.</summary>
    public Uri Broker => _broker ?? throw new InvalidOperationException("The broker is not started yet.");

    /// <summary>The private broker; null when an existing one was given.</summary>
    public RabbitMqServer? PrivateBroker => _rabbitMq?.Server;

    /// <summary>Starts the server, and makes the databases that are missing on it.</summary>
    public async Task StartPostgres(DeploymentOptions options, Secrets secrets, CancellationToken cancellation)
    {
        await StartServer(options, cancellation);
        await MakeDatabases(secrets, suffix: "", cancellation);
    }

    /// <summary>Starts the server, and changes nothing on it.</summary>
    public async Task StartServer(DeploymentOptions options, CancellationToken cancellation)
    {
        var server = options.Postgres is { } given ? new PostgresServer(given) : null;
        if (server is null)
        {
            _postgres = await PrivatePostgres.Start(new PrivatePostgresOptions
            {
                Folder = PostgresFolder(options),
                Port = options.Ports[Listener.Postgres],
                Durable = options.Durable,
            }, cancellation);
            server = _postgres.Server;
        }
        else if (!await server.Answers(cancellation))
            throw new LaunchException("The PostgreSQL named by HUTONG_POSTGRES takes no connection as it was given.");
        _server = server;
    }

    /// <summary>Where a private PostgreSQL keeps its cluster.</summary>
    public static string PostgresFolder(DeploymentOptions options) => Path.Combine(options.DataFolder, "postgres");

    /// <summary>Makes the services' databases where they are missing, and gives their roles the passwords of these secrets.</summary>
    /// <param name="secrets">Those of the deployment.</param>
    /// <param name="suffix">What the databases' names end with.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task MakeDatabases(Secrets secrets, string suffix, CancellationToken cancellation)
    {
        foreach (var name in DatabaseNames)
            _databases[name] = await Postgres.CreateDatabase(
                name + suffix, name, secrets.Password($"database-{name}"), cancellation);
    }

    public async Task StartRabbitMq(DeploymentOptions options, CancellationToken cancellation)
    {
        if (options.Broker is not null)
        {
            _broker = options.Broker;
            return;
        }
        _rabbitMq = await PrivateRabbitMq.Start(new PrivateRabbitMqOptions
        {
            Folder = Path.Combine(options.DataFolder, "rabbitmq"),
            Port = options.Ports[Listener.RabbitMq],
            ManagementPort = options.Ports[Listener.RabbitMqManagement],
            DistributionPort = options.Ports[Listener.RabbitMqDistribution],
            PortMapperPort = options.Ports[Listener.PortMapper],
        }, cancellation);
        _broker = await _rabbitMq.Server.AddVhost(Vhost, cancellation);
    }

    /// <summary>Drops the services' databases and roles on an existing server.</summary>
    public static async Task DropDatabases(PostgresServer server)
    {
        foreach (var name in DatabaseNames)
            await server.DropDatabase(name, name);
    }

    public async ValueTask DisposeAsync()
    {
        if (_rabbitMq is not null)
            await _rabbitMq.DisposeAsync();
        NpgsqlConnection.ClearAllPools();
        if (_postgres is not null)
            await _postgres.DisposeAsync();
    }
}
