using Hutong.EventStore.Reading;
using Hutong.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using static Hutong.EventStore.Tests.Lamps;

namespace Hutong.EventStore.Tests.Reading;

public sealed class ProjectionSpecs(Servers servers) : IAsyncLifetime
{
    private const string TruthSql = """
        select md5(coalesce(string_agg((id, times, last)::text, ',' order by id), ''))
        from (select stream_id as id, count(*) as times, max(seq_id) as last from mt_events where type = 'lamp_switched' group by 1) t
        """;

    private readonly string[] lamps = [.. Enumerable.Range(0, 20).Select(_ => NewLamp())];
    private TestStore db = null!;

    public async ValueTask InitializeAsync() => db = await TestStore.Create(servers);

    public ValueTask DisposeAsync() => db.DisposeAsync();

    [Fact]
    public async Task A_projection_follows_the_log_and_stops_at_events_it_does_not_want_only_to_pass_them()
    {
        await StartRunner(db, new Switchings());
        await Append(30);
        await db.Store.Commit(UnitOfWork.Append(NewLamp(), Expected.None, Installed));
        await CaughtUp();
        (await db.Query<long>("select sum(times)::bigint from switching")).ShouldBe(60);
        (await Checkpoint()).ShouldBe(await db.Query<long>("select max(seq_id) from mt_events"));
    }

    [Fact]
    public async Task A_crash_between_the_writes_and_the_checkpoint_counts_no_event_twice()
    {
        var projection = new Switchings();
        projection.FailNext(2);
        await StartRunner(db, projection);
        await Append(20);
        await CaughtUp();
        projection.Applied.Count.ShouldBeGreaterThan(40);
    }

    [Fact]
    public async Task A_rebuild_equals_the_live_model_row_for_row()
    {
        var projection = new Switchings();
        await StartRunner(db, projection);
        await Append(40);
        await CaughtUp();
        var live = await db.Query<string>(Switchings.HashSql);

        await ProjectionRunner.Rebuild(db.Database, projection);
        await CaughtUp();
        (await db.Query<string>(Switchings.HashSql)).ShouldBe(live);
        projection.Applied.Count.ShouldBe(160);
    }

    [Fact]
    public async Task A_rebuild_while_events_are_appended_and_two_instances_run_equals_the_log()
    {
        await using var elsewhere = db.Elsewhere();
        var projection = new Switchings();
        await StartRunner(db, projection);
        await StartRunner(elsewhere, projection);
        using var stop = new CancellationTokenSource();
        var appended = 0;
        var appending = Task.Run(async () =>
        {
            for (; !stop.IsCancellationRequested; Interlocked.Increment(ref appended))
                await Append(1);
        });
        for (var rebuild = 0; rebuild < 4; rebuild++)
        {
            var before = Volatile.Read(ref appended);
            await Eventually.True(() => Volatile.Read(ref appended) > before + 20);
            await ProjectionRunner.Rebuild(db.Database, projection);
        }
        await stop.CancelAsync();
        await appending;
        await CaughtUp();
    }

    [Fact]
    public async Task When_the_instance_that_runs_a_projection_stops_the_other_goes_on()
    {
        await using var elsewhere = db.Elsewhere();
        var (first, second) = (new Switchings(), new Switchings());
        var runner = await StartRunner(elsewhere, first);
        await Append(5);
        await CaughtUp();
        await StartRunner(db, second);
        await runner.StopAsync(CancellationToken.None);
        await Append(5);
        await CaughtUp();
        second.Applied.Count.ShouldBe(10);
    }

    private static async Task<ProjectionRunner> StartRunner(TestStore process, Switchings projection)
    {
        var runner = new ProjectionRunner(
            projection, process.Database, process.Store, await process.StartMark(), process.Ready, NullLogger<ProjectionRunner>.Instance);
        await process.Start(runner);
        return runner;
    }

    private async Task Append(int times)
    {
        for (var i = 0; i < times; i++)
            await db.Store.Commit(UnitOfWork.Append(lamps[Random.Shared.Next(lamps.Length)], Expected.Any, On, Off));
    }

    private Task CaughtUp() => Eventually.True(
        async () => await db.Query<string>(Switchings.HashSql) == await db.Query<string>(TruthSql)
            && await Checkpoint() >= await db.Query<long>("select max(seq_id) from mt_events"),
        because: "the read model equals the log");

    private Task<long> Checkpoint() =>
        db.Query<long>("select coalesce((select last_seq_id from mt_event_progression where name = 'Switchings:All'), 0)");
}
