using Hutong.Launcher.PrivateServers;
using Hutong.Launcher.Processes;

namespace Hutong.Testing;

/// <summary>
/// The PostgreSQL and the RabbitMQ of a test project, shared by its tests; each test takes a database or a
/// virtual host of its own. Declare it once per project:
/// <code>[assembly: AssemblyFixture(typeof(Hutong.Testing.Servers))]</code>
/// and take it as a constructor parameter. <c>HUTONG_TEST_POSTGRES</c> (a superuser's connection string),
/// <c>HUTONG_TEST_BROKER</c> (amqp) and <c>HUTONG_TEST_BROKER_MANAGEMENT</c> (http) name servers to use;
/// otherwise private ones start when first asked for and stop with the last test.
/// </summary>
public sealed class Servers : IAsyncDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"hutong-tests-{Guid.NewGuid():N}");
    private readonly Lazy<Task<PostgresServer>> _postgres;
    private readonly Lazy<Task<RabbitMqServer>> _rabbitMq;
    private readonly List<Func<Task>> _cleanUp = [];

    /// <summary>Starts nothing yet.</summary>
    public Servers()
    {
        _postgres = new(() => GivenPostgres() ?? StartPostgres());
        _rabbitMq = new(() => GivenRabbitMq() ?? StartRabbitMq());
    }

    /// <summary>The PostgreSQL server, as its administrator.</summary>
    public Task<PostgresServer> Postgres => _postgres.Value;

    /// <summary>The RabbitMQ server, as its administrator.</summary>
    public Task<RabbitMqServer> RabbitMq => _rabbitMq.Value;

    /// <summary>A new, empty database with a role of its own.</summary>
    /// <returns>The role's connection string.</returns>
    public async Task<string> NewDatabase()
    {
        var server = await Postgres;
        var name = NewName();
        var connectionString = await server.CreateDatabase(name, name, password: name);
        CleanUp(() => server.DropDatabase(name, name));
        return connectionString;
    }

    /// <summary>A new, empty virtual host.</summary>
    /// <returns>Its AMQP address, credentials included.</returns>
    public async Task<Uri> NewVhost()
    {
        var server = await RabbitMq;
        var name = NewName();
        CleanUp(() => server.DeleteVhost(name));
        return await server.AddVhost(name);
    }

    /// <summary>
    /// A broker for one test alone, to be killed and started again by it; the caller disposes it.
    /// </summary>
    public Task<PrivateRabbitMq> StartBrokerOfOwn() =>
        PrivateRabbitMq.Start(PrivateRabbitMqOptions.OnFreePorts(NewFolder("broker")));

    /// <summary>
    /// A PostgreSQL server for one test alone, to be killed and started again by it; the caller disposes it.
    /// </summary>
    public Task<PrivatePostgres> StartPostgresOfOwn() =>
        PrivatePostgres.Start(new() { Folder = NewFolder("postgres"), Port = Ports.Free(1)[0] });

    /// <summary>Stops what was started; leaves a given server as it was found.</summary>
    public async ValueTask DisposeAsync()
    {
        Npgsql.NpgsqlConnection.ClearAllPools();
        // The last made goes first: the servers themselves last.
        foreach (var cleanUp in Enumerable.Reverse(_cleanUp))
            await cleanUp();
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    private static Task<PostgresServer>? GivenPostgres() =>
        Environment.GetEnvironmentVariable("HUTONG_TEST_POSTGRES") is { Length: > 0 } given
            ? Task.FromResult(new PostgresServer(given))
            : null;

    private Task<RabbitMqServer>? GivenRabbitMq()
    {
        if (Environment.GetEnvironmentVariable("HUTONG_TEST_BROKER") is not { Length: > 0 } given)
            return null;
        var amqp = new Uri(given);
        var management = Environment.GetEnvironmentVariable("HUTONG_TEST_BROKER_MANAGEMENT");
        var server = new RabbitMqServer(amqp, new Uri(management ?? $"http://{amqp.Host}:15672/"));
        CleanUp(() =>
        {
            server.Dispose();
            return Task.CompletedTask;
        });
        return Task.FromResult(server);
    }

    private async Task<PostgresServer> StartPostgres()
    {
        // It does not outlive the tests, so it need not survive a power cut.
        var started = await PrivatePostgres.Start(new() { Folder = NewFolder("postgres"), Port = Ports.Free(1)[0], Durable = false });
        CleanUp(() => started.DisposeAsync().AsTask());
        return started.Server;
    }

    private async Task<RabbitMqServer> StartRabbitMq()
    {
        var started = await StartBrokerOfOwn();
        CleanUp(() => started.DisposeAsync().AsTask());
        return started.Server;
    }

    private void CleanUp(Func<Task> action)
    {
        lock (_cleanUp)
            _cleanUp.Add(action);
    }

    private static string NewName() => $"test_{Guid.NewGuid():N}"[..21];

    private string NewFolder(string name)
    {
        // PostgreSQL runs as another user when we are root: it must be able to enter.
        Directory.CreateDirectory(_folder);
        return Path.Combine(_folder, $"{name}-{NewName()}");
    }
}
