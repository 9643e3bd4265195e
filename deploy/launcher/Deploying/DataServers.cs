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

    private static readonly string[] DatabaseNames =
        ["identity_link", "social_feed", "commerce_card", "attribution", "gateway"];

    private readonly Dictionary<string, string> _databases = [];
    private PostgresServer? _server;
    private PrivatePostgres? _postgres;
    private PrivateRabbitMq? _rabbitMq;
    private Uri? _broker;

    /// <summary>Each database's connection string as its own role.</summary>
    public IReadOnlyDictionary<string, string> Databases => _databases;

    /// <summary>The virtual host's AMQP address.</summary>
    public Uri Broker => _broker ?? throw new InvalidOperationException("The broker is not started yet.");

    /// <summary>The private broker; null when an existing one was given.</summary>
    public RabbitMqServer? PrivateBroker => _rabbitMq?.Server;

    public async Task StartPostgres(DeploymentOptions options, Secrets secrets, CancellationToken cancellation)
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
        await MakeDatabases(server, secrets, cancellation);
    }

    /// <summary>Where a private PostgreSQL keeps its cluster.</summary>
    public static string PostgresFolder(DeploymentOptions options) => Path.Combine(options.DataFolder, "postgres");

    /// <summary>Drops the services' databases, with what is in them, and makes them anew.</summary>
    public async Task MakeAnew(Secrets secrets, CancellationToken cancellation)
    {
        var server = _server ?? throw new InvalidOperationException("PostgreSQL is not started yet.");
        await DropDatabases(server);
        await MakeDatabases(server, secrets, cancellation);
    }

    private async Task MakeDatabases(PostgresServer server, Secrets secrets, CancellationToken cancellation)
    {
        foreach (var name in DatabaseNames)
            _databases[name] = await server.CreateDatabase(
                name, name, secrets.Password($"database-{name}"), cancellation);
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
