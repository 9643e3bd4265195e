using Hutong.Launcher.PrivateServers;
using Npgsql;

namespace Hutong.Launcher.Deploying;

/// <summary>
/// The databases of a deployment of <c>deploy/up</c> without the rest of it. Its private PostgreSQL is used where it runs,
/// and runs for as long as this is needed where it does not.
/// </summary>
internal sealed class DeployedServers : IAsyncDisposable
{
    private const string Aside = "_restoring";
    private const string Replaced = "_replaced";

    private readonly DataServers _servers = new();
    private DeploymentOptions _options;

    private DeployedServers(DeploymentOptions options) => _options = options;

    /// <summary>The ledger of erasures.</summary>
    public string Ledger => _options.Ledger;

    /// <summary>The services with their settings, to run their commands on the databases aside.</summary>
    public IEnumerable<OwnProcess> Services => new Configuration(
        _options, new Secrets(SecretsFolder), new InstancePorts(
            [_options.Ports[Listener.Gateway]], [_options.Ports[Listener.IdentityLink]], [_options.Ports[Listener.SocialFeed]],
            [_options.Ports[Listener.CommerceCard]], [_options.Ports[Listener.Attribution]])).Services(_servers);

    private string SecretsFolder => Path.Combine(_options.DataFolder, "secrets");

    /// <summary>The environment's deployment; nothing is started or made.</summary>
    public static DeployedServers OfEnvironment()
    {
        var given = Environment.GetEnvironmentVariable("HUTONG_POSTGRES") is { Length: > 0 } value ? value : null;
        return new DeployedServers(new DeploymentOptions
        {
            DataFolder = DataFolder.Choose(Layout.Find(), privatePostgres: given is null),
            Ledger = DataFolder.Ledger(),
            Ports = PortPlan.FromEnvironment(),
            Postgres = given,
            // Commands of services read an address and call nobody.
            Broker = new Uri("amqp://localhost/"),
            Report = Console.WriteLine,
        });
    }

    /// <summary>Fails where the keys are not those of an earlier deployment: new ones open nothing of a backup.</summary>
    public void MustHaveSecrets()
    {
        var needed = DataServers.DatabaseNames.Select(name => Secrets.KeyEncryptionKey(name.Replace('_', '-'))).Prepend(Secrets.IdentifierHashKey);
        if (needed.FirstOrDefault(name => !File.Exists(Path.Combine(SecretsFolder, name))) is { } missing)
            throw new LaunchException($"{SecretsFolder} has no {missing}: bring the secrets that the backup was made with first, new ones open none of it.");
    }

    /// <summary>Finds or starts the database server, and changes nothing on it.</summary>
    /// <param name="create">Whether to make a private one where there never was one.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="LaunchException">There is none, or it does not answer.</exception>
    public async Task Start(bool create, CancellationToken cancellation)
    {
        if (_options.Postgres is null)
        {
            var own = PrivatePostgres.ServerOf(DataServers.PostgresFolder(_options), _options.Ports[Listener.Postgres]);
            if (own is null && !create)
                throw new LaunchException($"There are no databases under {_options.DataFolder}: name them by HUTONG_DATA or HUTONG_POSTGRES.");
            if (own is not null && await own.Answers(cancellation))
                _options = _options with { Postgres = own.Administrator };
        }
        await _servers.StartServer(_options, cancellation);
        await _servers.StartRabbitMq(_options, cancellation);
    }

    /// <summary>Every service's database as the administrator, who needs no password of a service.</summary>
    /// <exception cref="LaunchException">One is missing.</exception>
    public async Task<IReadOnlyList<(string Name, string Connection)>> Databases(CancellationToken cancellation)
    {
        var existing = await Existing(cancellation);
        return DataServers.DatabaseNames.FirstOrDefault(name => !existing.Contains(name)) is { } missing
            ? throw new LaunchException($"Database {missing} is missing: is this the server of a deployment?")
            : [.. DataServers.DatabaseNames.Select(name => (name, _servers.Postgres.AdministratorOf(name)))];
    }

    /// <summary>Fails when somebody is connected to one of the databases.</summary>
    public async Task MustBeUnused(CancellationToken cancellation)
    {
        var used = await Names(
            _servers.Postgres.Administrator,
            "select datname::text from pg_stat_activity where datname = any ($1) and backend_type = 'client backend' and pid <> pg_backend_pid()",
            cancellation);
        if (used is [var name, ..])
            throw InUse(name);
    }

    /// <summary>Fails when one of the databases has tables.</summary>
    public async Task MustBeEmpty(CancellationToken cancellation)
    {
        foreach (var name in await Existing(cancellation))
        {
            if (await Names(_servers.Postgres.AdministratorOf(name), "select tablename::text from pg_tables where schemaname = 'public'", cancellation) is not [])
                throw new LaunchException($"Database {name} is not empty: --replace drops what is there.");
        }
    }

    /// <summary>Makes empty databases, under names that nothing serves from.</summary>
    /// <returns>Each service's, as its own role.</returns>
    public async Task<IReadOnlyDictionary<string, string>> MakeAside(CancellationToken cancellation)
    {
        await DropAside();
        await _servers.MakeDatabases(new Secrets(SecretsFolder), Aside, cancellation);
        return _servers.Databases;
    }

    /// <summary>Puts the databases aside into the places of those that are there, all at once, and drops the latter.</summary>
    /// <exception cref="LaunchException">Somebody uses one.</exception>
    public async Task PutInPlace(CancellationToken cancellation)
    {
        NpgsqlConnection.ClearAllPools();
        var existing = await Existing(cancellation);
        try
        {
            await _servers.Postgres.Rename(
                [
                    .. existing.Select(name => (name, name + Replaced)),
                    .. DataServers.DatabaseNames.Select(name => (name + Aside, name)),
                ], cancellation);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ObjectInUse)
        {
            throw InUse(e.MessageText);
        }
        foreach (var name in existing)
            await _servers.Postgres.DropDatabase(name + Replaced, CancellationToken.None);
    }

    /// <summary>Drops what a restore left behind that did not come to its end: it may hold who was erased.</summary>
    public async Task DropAside()
    {
        NpgsqlConnection.ClearAllPools();
        foreach (var suffix in (string[])[Aside, Replaced])
            foreach (var name in DataServers.DatabaseNames)
                await _servers.Postgres.DropDatabase(name + suffix);
    }

    public ValueTask DisposeAsync() => _servers.DisposeAsync();

    private static LaunchException InUse(string what) => new($"Stop Hutong first, a database is in use: {what}");

    private Task<List<string>> Existing(CancellationToken cancellation) =>
        Names(_servers.Postgres.Administrator, "select datname::text from pg_database where datname = any ($1)", cancellation);

    /// <summary>Names that a query about the services' databases answers.</summary>
    private static async Task<List<string>> Names(string connectionString, string sql, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        if (sql.Contains("$1", StringComparison.Ordinal))
            command.Parameters.Add(new() { Value = DataServers.DatabaseNames.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var names = new List<string>();
        while (await reader.ReadAsync(cancellation))
            names.Add(reader.GetString(0));
        return names;
    }
}
