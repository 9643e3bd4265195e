using Hutong.EventStore;
using Hutong.EventStore.Postgres;
using Hutong.Testing;
using Npgsql;

namespace Hutong.Benchmarks.Append;

/// <summary>Appending, one event or a thousand in a commit, beside raw inserts of the same rows.</summary>
internal static class AppendCases
{
    private const int Bulk = 1000;

    public static async Task Run(Servers servers)
    {
        var connectionString = await servers.NewDatabase();
        await using var database = Open(connectionString, connections: 16);
        await SchemaScripts.Apply(database, [typeof(IEventStore).Assembly], CancellationToken.None);
        using var signal = new AppendSignal();
        var store = new PostgresEventStore(database, BenchEvents.Types, TimeProvider.System, signal);
        var raw = new RawInsert(database);

        await Comparison.Of("append 1 event, 1 connection",
            ByOne("store", 1, () => One(store)), ByOne("raw insert", 1, () => raw.Insert(1, 1)));
        await Comparison.Of("append 1 event, 16 connections",
            ByOne("store", 16, () => One(store)), ByOne("raw insert", 16, () => raw.Insert(1, 1)));
        foreach (var clients in (int[])[1, 16])
        {
            await Comparison.Of($"append 1 event, {clients} connections, beside pgbench",
                ByOne("store", clients, () => One(store)), new Contender("pgbench", time => PgBench.Run(connectionString, clients, time)));
        }
        var grouping = new GroupingEventStore(store);
        await Comparison.Of("append 1 event, 1 caller, grouped",
            ByOne("grouping", 1, () => One(grouping)), ByOne("store", 1, () => One(store)));
        await Comparison.Of("append 1 event, 16 callers, grouped",
            ByOne("grouping", 16, () => One(grouping)), ByOne("store", 16, () => One(store)));
        await Comparison.Of("append 1 event, 16 callers, grouped",
            ByOne("grouping", 16, () => One(grouping)), ByOne("raw insert", 16, () => raw.Insert(1, 1)));
        await Comparison.Of("append 1,000 events, one stream",
            ByThousand("store", () => OneStream(store)), ByThousand("raw insert", () => raw.Insert(1, Bulk)));
        await Comparison.Of("append 1,000 events, 1,000 streams, one unit",
            ByThousand("store", () => ManyStreams(store)), ByThousand("raw insert", () => raw.Insert(Bulk, 1)));
        await Comparison.Of("append 1,000 events, 1,000 streams, 1,000 units",
            ByThousand("store", () => ManyUnits(store)), ByThousand("raw insert", () => raw.Insert(Bulk, 1)));
    }

    private static Contender ByOne(string name, int connections, Func<Task> append) => new(name, Load.Run(connections, 1, append));

    private static Contender ByThousand(string name, Func<Task> append) => new(name, Load.Run(1, Bulk, append));

    private static async Task One(IEventStore store) =>
        Committed(await store.Commit(Unit(new StreamAppend(BenchEvents.NewStream(), Expected.None, [BenchEvents.New()]))));

    private static async Task OneStream(PostgresEventStore store) =>
        Committed(await store.Commit(Unit(new StreamAppend(BenchEvents.NewStream(), Expected.None, Events(Bulk)))));

    private static async Task ManyStreams(PostgresEventStore store) => Committed(await store.Commit(Unit(
        [.. Enumerable.Range(0, Bulk).Select(_ => new StreamAppend(BenchEvents.NewStream(), Expected.None, Events(1)))])));

    private static async Task ManyUnits(PostgresEventStore store)
    {
        var units = Enumerable.Range(0, Bulk).Select(_ => Unit(new StreamAppend(BenchEvents.NewStream(), Expected.None, Events(1)))).ToArray();
        foreach (var result in await store.Commit(units))
            Committed(result);
    }

    private static object[] Events(int count) => [.. Enumerable.Range(0, count).Select(_ => BenchEvents.New())];

    private static UnitOfWork Unit(params StreamAppend[] appends) => new() { Appends = appends, Headers = BenchEvents.Headers };

    private static void Committed(CommitResult result)
    {
        if (result is not CommitResult.Committed)
            throw new InvalidOperationException($"Not committed: {result}");
    }

    private static NpgsqlDataSource Open(string connectionString, int connections) => NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(connectionString) { MaxPoolSize = connections, MaxAutoPrepare = 100, AutoPrepareMinUsages = 2 });
}
