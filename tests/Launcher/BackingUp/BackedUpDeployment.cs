using Hutong.Launcher.Deploying;
using Hutong.Launcher.PrivateServers;
using Hutong.Launcher.Processes;
using Hutong.Testing;
using Npgsql;

namespace Hutong.Launcher.Tests.BackingUp;

/// <summary>The databases and secrets of a deployment, with the schemas of whoever keeps something of persons, and the commands on it.</summary>
public sealed class BackedUpDeployment(Servers servers) : IAsyncLifetime
{
    private readonly DataServers made = new();
    private PrivatePostgres? postgres;

    // Not one that only we may enter: PostgreSQL runs as another user when we are root.
    public string Folder { get; } = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"hutong-backup-{Guid.NewGuid():N}")).FullName;

    public string Data => Path.Combine(Folder, "data");

    public PostgresServer Server => postgres!.Server;

    public async ValueTask InitializeAsync()
    {
        postgres = await servers.StartPostgresOfOwn();
        var options = new DeploymentOptions
        {
            DataFolder = Data,
            Ports = PortPlan.FromEnvironment(),
            Postgres = Server.Administrator,
            Broker = new Uri("amqp://localhost/"),
        };
        var secrets = new Secrets(Path.Combine(Data, "secrets"));
        await made.StartPostgres(options, secrets, TestContext.Current.CancellationToken);
        await made.StartRabbitMq(options, TestContext.Current.CancellationToken);
        foreach (var service in (string[])["gateway", "commerce-card"])
            secrets.Key(Secrets.KeyEncryptionKey(service));
        foreach (var service in new Configuration(options, secrets, new InstancePorts([1], [2], [3], [4], [5])).Services(made))
        {
            // Of the others a table is enough.
            if (service.Name != "commerce-card")
                await Run(service.Project, ["replay-erasures", Directory.CreateDirectory(Path.Combine(Folder, "nobody")).FullName], service.Settings);
        }
        foreach (var database in (string[])["commerce_card", "gateway"])
            await Execute(database, "create table person_key (person_id uuid primary key)");
    }

    public async ValueTask DisposeAsync()
    {
        await made.DisposeAsync();
        if (postgres is not null)
            await postgres.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Runs the launcher as the scripts do.</summary>
    /// <param name="ledger">The ledger of erasures.</param>
    /// <param name="arguments">The command and its arguments.</param>
    /// <param name="data">Another machine's folder of data.</param>
    /// <param name="port">Where that machine's own PostgreSQL listens; null for the one there is.</param>
    /// <returns>The message it failed with; null when it did not.</returns>
    public async Task<string?> Command(string ledger, string[] arguments, string? data = null, int? port = null)
    {
        try
        {
            await Run("deploy/launcher", arguments, new()
            {
                ["HUTONG_POSTGRES"] = port is null ? Server.Administrator : null,
                ["HUTONG_POSTGRES_PORT"] = port is null ? null : $"{port}",
                ["HUTONG_DATA"] = data ?? Data,
                ["HUTONG_LEDGER"] = ledger,
            });
            return null;
        }
        catch (LaunchException e)
        {
            return e.Message;
        }
    }

    /// <summary>Somebody who said something on Social-Feed.</summary>
    public async Task<Guid> Author()
    {
        var person = Guid.CreateVersion7();
        await Execute("social_feed", $"""
            insert into person_key (person_id, kek_id, wrapped_key) values ('{person}', 'first', '\x00');
            insert into author (person_id, nickname) values ('{person}', 'Somebody');
            insert into post_text (post_id, author_id, text) values ('{Guid.CreateVersion7()}', '{person}', 'Something');
            """);
        return person;
    }

    /// <summary>Whether there is a word, a name or a key of somebody, as the service itself sees it.</summary>
    public Task<bool> Has(Guid person) => Has(person, made.Databases["social_feed"]);

    /// <summary>The same of another database of Social-Feed.</summary>
    public static async Task<bool> Has(Guid person, string database) => await Scalar(database, $"""
        select exists (select from post_text where author_id = '{person}') or exists (select from author where person_id = '{person}')
            or exists (select from person_key where person_id = '{person}')
        """) is true;

    /// <summary>The databases that restores leave behind when they do not come to their end.</summary>
    public async Task<object?> Aside() =>
        await Scalar(Server.Administrator, @"select count(*) from pg_database where datname like '%\_restoring' or datname like '%\_replaced'");

    private Task<object?> Execute(string database, string sql) => Scalar(made.Databases[database], sql);

    private static async Task<object?> Scalar(string connectionString, string sql)
    {
        // Pooled it would count as somebody who uses the database.
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    private async Task Run(string project, string[] arguments, Dictionary<string, string?> settings)
    {
        var log = Path.Combine(Folder, $"{Guid.NewGuid():N}.log");
        await ChildProcess.Run(new ChildProcessOptions
        {
            Name = project,
            Program = "dotnet",
            Arguments = [Layout.Find().Program(project), .. arguments],
            Environment = settings,
            WorkingFolder = Folder,
            LogFile = log,
        }, TestContext.Current.CancellationToken);
    }
}
