using Hutong.Launcher.PrivateServers;
using Npgsql;

namespace Hutong.Launcher.Deploying;

/// <summary>
/// The databases of a deployment of <c>deploy/up</c> without the rest of it. Its private PostgreSQL is used where it runs,
/// and runs for as long as this is needed where it does not.
/// </summary>
internal sealed class DeployedServers : IAsyncDisposable
{
    private readonly DataServers _servers = new();
    private readonly DeploymentOptions _options;
    private readonly Secrets _secrets;

    private DeployedServers(DeploymentOptions options)
    {
        _options = options;
        _secrets = new Secrets(Path.Combine(options.DataFolder, "secrets"));
    }

    /// <summary>Each database's connection string as its own role.</summary>
    public IReadOnlyDictionary<string, string> Databases => _servers.Databases;

    /// <summary>The ledger of erasures.</summary>
    public string Ledger => _options.Ledger;

    /// <summary>The services with their settings, to run their commands.</summary>
    public IEnumerable<OwnProcess> Services => new Configuration(
        _options, _secrets, new InstancePorts(
            [_options.Ports[Listener.Gateway]], [_options.Ports[Listener.IdentityLink]], [_options.Ports[Listener.SocialFeed]],
            [_options.Ports[Listener.CommerceCard]], [_options.Ports[Listener.Attribution]])).Services(_servers);

    /// <summary>Finds or starts the database server of the environment's deployment.</summary>
    /// <exception cref="LaunchException">There is none, or it does not answer.</exception>
    public static async Task<DeployedServers> Start(CancellationToken cancellation)
    {
        var given = Environment.GetEnvironmentVariable("HUTONG_POSTGRES") is { Length: > 0 } value ? value : null;
        var options = new DeploymentOptions
        {
            DataFolder = DataFolder.Choose(Layout.Find(), privatePostgres: given is null),
            Ports = PortPlan.FromEnvironment(),
            // Commands of services read an address and call nobody.
            Broker = new Uri("amqp://localhost/"),
            Report = Console.WriteLine,
        };
        options = options with { Postgres = given ?? await Running(options, cancellation) };
        var deployed = new DeployedServers(options);
        await deployed._servers.StartPostgres(options, deployed._secrets, cancellation);
        await deployed._servers.StartRabbitMq(options, cancellation);
        return deployed;
    }

    /// <summary>Fails when somebody is connected to one of the databases.</summary>
    public async Task MustBeUnused(CancellationToken cancellation)
    {
        NpgsqlConnection.ClearAllPools();
        foreach (var (name, connection) in Databases)
        {
            if (await Ask(connection, "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()", cancellation) > 0)
                throw new LaunchException($"Database {name} is in use: stop Hutong first.");
        }
    }

    /// <summary>Fails when one of the databases has tables.</summary>
    public async Task MustBeEmpty(CancellationToken cancellation)
    {
        foreach (var (name, connection) in Databases)
        {
            if (await Ask(connection, "select count(*) from pg_tables where schemaname = 'public'", cancellation) > 0)
                throw new LaunchException($"Database {name} is not empty: --replace drops what is there.");
        }
    }

    /// <summary>Drops the databases and makes them anew.</summary>
    public Task Empty(CancellationToken cancellation) => _servers.MakeAnew(_secrets, cancellation);

    public ValueTask DisposeAsync() => _servers.DisposeAsync();

    private static async Task<string?> Running(DeploymentOptions options, CancellationToken cancellation)
    {
        var running = PrivatePostgres.ServerOf(DataServers.PostgresFolder(options), options.Ports[Listener.Postgres]);
        return running is not null && await running.Answers(cancellation) ? running.Administrator : null;
    }

    private static async Task<long> Ask(string connectionString, string sql, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
