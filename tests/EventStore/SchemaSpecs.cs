using System.Reflection;
using Hutong.EventStore.Reading;
using Hutong.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using static Hutong.EventStore.Tests.Lamps;

namespace Hutong.EventStore.Tests;

public sealed class SchemaSpecs(Servers servers)
{
    private static readonly Assembly[] Scripts = [typeof(IEventStore).Assembly, typeof(SchemaSpecs).Assembly];

    [Fact]
    public async Task Eight_instances_that_start_at_once_make_one_schema()
    {
        var connectionString = await servers.NewDatabase();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            // One connection each, as a small pool gives.
            await using var database = NpgsqlDataSource.Create(connectionString + ";Maximum Pool Size=1");
            await SchemaScripts.Apply(database, Scripts, CancellationToken.None);
        }));

        await using var check = NpgsqlDataSource.Create(connectionString);
        await using var count = check.CreateCommand("select count(*) from schema_script");
        (await count.ExecuteScalarAsync()).ShouldBe((long)Scripts.SelectMany(a => a.GetManifestResourceNames()).Count());
    }

    [Fact]
    public async Task A_script_that_was_edited_after_it_was_applied_is_refused()
    {
        await using var db = await TestStore.Create(servers);
        await db.Execute("update schema_script set sha256 = 'other' where name like '%002_commit.sql'");

        var refused = await Should.ThrowAsync<InvalidOperationException>(() => SchemaScripts.Apply(db.Database, Scripts, CancellationToken.None));
        refused.Message.ShouldContain("002_commit.sql");
    }

    [Fact]
    public async Task A_service_that_starts_while_the_database_is_down_works_once_it_is_up()
    {
        await using var own = await servers.StartPostgresOfOwn();
        var connectionString = await own.Server.CreateDatabase("late", "late", "late");
        await own.Kill();

        using var host = Service(connectionString);
        await host.StartAsync();
        var ready = host.Services.GetRequiredService<SchemaReady>();
        await Task.Delay(1500, TestContext.Current.CancellationToken);
        ready.IsReady.ShouldBeFalse();

        await own.Start();
        await ready.Wait(new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token);
        var store = host.Services.GetRequiredService<IEventStore>();
        (await store.Commit(UnitOfWork.Append(NewLamp(), Expected.None, On))).ShouldBeOfType<CommitResult.Committed>();
        var mark = host.Services.GetRequiredService<HighWaterMark>();
        await Eventually.True(() => mark.Current == 1);

        // And once more while it runs: what depends on the database comes back by itself.
        await own.Kill();
        await Eventually.True(() => mark.Current == -1);
        await own.Start();
        await Eventually.True(async () => await Commits(store));
        await Eventually.True(() => mark.Current >= 2);
        await host.StopAsync();
    }

    [Fact]
    public async Task The_services_connections_end_transactions_that_were_forgotten()
    {
        using var host = Service(await servers.NewDatabase());
        await using var show = host.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand("show idle_in_transaction_session_timeout");
        (await show.ExecuteScalarAsync()).ShouldBe("30s");
    }

    private static async Task<bool> Commits(IEventStore store)
    {
        try
        {
            return await store.Commit(UnitOfWork.Append(NewLamp(), Expected.None, On)) is CommitResult.Committed;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private static IHost Service(string connectionString)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:Database", connectionString)]);
        builder.Logging.ClearProviders();
        builder.AddEventStore(Lamps.Types(), typeof(SchemaSpecs).Assembly);
        return builder.Build();
    }
}
