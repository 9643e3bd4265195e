using System.Diagnostics.CodeAnalysis;
using Hutong.EventStore.Postgres;
using Hutong.EventStore.Reading;
using Hutong.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Hutong.EventStore.Tests;

/// <summary>A database of its own with the schema in place, and a store on it.</summary>
[SuppressMessage("Reliability", "CA2000", Justification = "Disposed with this.")]
public sealed class TestStore : IAsyncDisposable
{
    private readonly List<Func<Task>> cleanUp = [];

    private TestStore(string connectionString)
    {
        ConnectionString = connectionString;
        Database = NewDataSource();
        Store = new PostgresEventStore(Database, Types, TimeProvider.System, Signal);
        Ready.Set();
    }

    public string ConnectionString { get; }

    public NpgsqlDataSource Database { get; }

    public EventTypes Types { get; } = Lamps.Types();

    public AppendSignal Signal { get; } = new();

    public SchemaReady Ready { get; } = new();

    public IEventStore Store { get; }

    public static async Task<TestStore> Create(Servers servers)
    {
        var store = new TestStore(await servers.NewDatabase());
        await SchemaScripts.Apply(store.Database, [typeof(IEventStore).Assembly, typeof(TestStore).Assembly], TestContext.Current.CancellationToken);
        return store;
    }

    /// <summary>The same database as another process has it: nothing is shared but what is stored.</summary>
    public TestStore Elsewhere() => new(ConnectionString);

    /// <summary>Another pool on the database, as another process has one.</summary>
    public NpgsqlDataSource NewDataSource(int maxPoolSize = 60)
    {
        var database = new NpgsqlDataSourceBuilder(new NpgsqlConnectionStringBuilder(ConnectionString)
        {
            MaxAutoPrepare = 100,
            AutoPrepareMinUsages = 2,
            MaxPoolSize = maxPoolSize,
        }.ConnectionString).Build();
        cleanUp.Add(() => database.DisposeAsync().AsTask());
        return database;
    }

    /// <summary>A running high-water mark, as one process has it.</summary>
    public async Task<HighWaterMark> StartMark()
    {
        var mark = new HighWaterMark(Database, Signal, Ready, NullLogger<HighWaterMark>.Instance);
        await Start(mark);
        return mark;
    }

    /// <summary>Starts a background service that stops with the test.</summary>
    public async Task Start(Microsoft.Extensions.Hosting.BackgroundService service)
    {
        await service.StartAsync(CancellationToken.None);
        cleanUp.Add(async () =>
        {
            await service.StopAsync(CancellationToken.None);
            service.Dispose();
        });
    }

    public async Task<T> Query<T>(string sql, params object[] parameters)
    {
        await using var command = Database.CreateCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        return await command.ExecuteScalarAsync() is var value and not DBNull ? (T)value! : default!;
    }

    public async Task Execute(string sql, params object[] parameters)
    {
        await using var command = Database.CreateCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var action in Enumerable.Reverse(cleanUp))
            await action();
        Signal.Dispose();
    }
}
