using Hutong.Testing;
using static Hutong.EventStore.Tests.Lamps;

namespace Hutong.EventStore.Tests.Committing;

public sealed class GroupSpecs(Servers servers) : IAsyncLifetime
{
    private readonly string a = NewLamp();
    private readonly string b = NewLamp();
    private TestStore db = null!;

    public async ValueTask InitializeAsync() => db = await TestStore.Create(servers);

    public ValueTask DisposeAsync() => db.DisposeAsync();

    [Fact]
    public async Task A_conflict_does_not_harm_its_neighbours()
    {
        var results = await db.Store.Commit(
        [
            UnitOfWork.Append(a, Expected.None, Installed),
            UnitOfWork.Append(b, Expected.Exactly(5), On),
            UnitOfWork.Append(NewLamp(), Expected.None, Installed, On),
        ]);

        results[0].ShouldBeOfType<CommitResult.Committed>().Versions.ShouldBe([1]);
        results[1].ShouldBe(new CommitResult.Conflict(b, Expected.Exactly(5), 0));
        results[2].ShouldBeOfType<CommitResult.Committed>().Versions.ShouldBe([2]);
        (await db.Query<long>("select count(*) from mt_streams")).ShouldBe(2);
        (await db.Query<long>("select last_value from mt_events_sequence")).ShouldBe(3);
    }

    [Fact]
    public async Task A_later_unit_sees_the_version_an_earlier_one_made()
    {
        var results = await db.Store.Commit(
        [
            UnitOfWork.Append(a, Expected.None, Installed, On),
            UnitOfWork.Append(a, Expected.None, Installed),
            UnitOfWork.Append(a, Expected.Exactly(2), Off),
            UnitOfWork.Append(a, Expected.Exists, On),
        ]);

        results[0].ShouldBeOfType<CommitResult.Committed>().Versions.ShouldBe([2]);
        results[1].ShouldBe(new CommitResult.Conflict(a, Expected.None, 2));
        results[2].ShouldBeOfType<CommitResult.Committed>().Versions.ShouldBe([3]);
        results[3].ShouldBeOfType<CommitResult.Committed>().Versions.ShouldBe([4]);
        var stream = await db.Store.ReadStream(a);
        stream.Events.Select(e => e.Data).ShouldBe([Installed, On, Off, On]);
        stream.Events.Select(e => e.Position).ShouldBeInOrder();
        (await db.Query<long>("select version from mt_streams where id = $1", a)).ShouldBe(4);
    }

    [Fact]
    public async Task A_unit_that_expects_a_stream_is_refused_when_only_a_later_one_creates_it()
    {
        var results = await db.Store.Commit([UnitOfWork.Append(a, Expected.Exists, On), UnitOfWork.Append(a, Expected.Any, On)]);

        results[0].ShouldBe(new CommitResult.Conflict(a, Expected.Exists, 0));
        results[1].ShouldBeOfType<CommitResult.Committed>().Versions.ShouldBe([1]);
    }

    [Fact]
    public async Task A_refused_unit_of_several_streams_touches_none_of_them()
    {
        await db.Store.Commit(UnitOfWork.Append(b, Expected.None, On));
        var results = await db.Store.Commit(
        [
            UnitOfWork.Append(a, Expected.None, On).With(new StreamAppend(b, Expected.None, [On])),
            UnitOfWork.Append(a, Expected.None, Installed),
        ]);

        results[0].ShouldBe(new CommitResult.Conflict(b, Expected.None, 1));
        results[1].ShouldBeOfType<CommitResult.Committed>();
        (await db.Store.ReadStream(a)).Events.Single().Data.ShouldBe(Installed);
    }

    [Fact]
    public async Task A_faulty_unit_fails_the_call_and_nothing_of_it_stays()
    {
        await Should.ThrowAsync<Npgsql.PostgresException>(() => db.Store.Commit(
        [
            UnitOfWork.Append(a, Expected.None, On),
            UnitOfWork.Append(b, Expected.None, On).With(Lights.Upsert(new LightRow(null!, true))),
        ]));
        (await db.Query<long>("select count(*) from mt_streams")).ShouldBe(0);
    }

    [Fact]
    public async Task A_thousand_events_in_one_commit_into_one_stream()
    {
        var result = await db.Store.Commit(UnitOfWork.Append(a, Expected.None, [.. Enumerable.Range(0, 1000).Select(i => new LampSwitched(i % 2 == 0))]));

        result.ShouldBeOfType<CommitResult.Committed>().Versions.ShouldBe([1000]);
        var events = (await db.Store.ReadStream(a)).Events;
        events.Select(e => e.Version).ShouldBe(Enumerable.Range(1, 1000).Select(v => (long)v));
        events.Select(e => ((LampSwitched)e.Data).On).ShouldBe(Enumerable.Range(0, 1000).Select(i => i % 2 == 0));
        events.Select(e => e.Position).ShouldBe(Enumerable.Range(1, 1000).Select(v => (long)v));
    }

    [Fact]
    public async Task A_thousand_units_in_one_commit_into_a_thousand_streams()
    {
        var lamps = Enumerable.Range(0, 1000).Select(_ => NewLamp()).ToArray();
        await db.Store.Commit(UnitOfWork.Append(lamps[500], Expected.None, Installed));

        var results = await db.Store.Commit([.. lamps.Select(lamp => UnitOfWork.Append(lamp, Expected.None, Installed))]);

        results.OfType<CommitResult.Committed>().Count().ShouldBe(999);
        results[500].ShouldBe(new CommitResult.Conflict(lamps[500], Expected.None, 1));
        (await db.Query<long>("select count(*) from mt_streams where version = 1")).ShouldBe(1000);
        var log = await db.Store.ReadAll(1, long.MaxValue, 2000);
        log.Select(e => e.StreamId).ShouldBe(lamps.Where((_, i) => i != 500));
    }

    [Fact]
    public async Task Groups_over_the_same_streams_in_opposite_order_do_not_deadlock()
    {
        var lamps = Enumerable.Range(0, 30).Select(_ => NewLamp()).ToArray();
        var before = await Deadlocks();
        await Task.WhenAll(Enumerable.Range(0, 40).Select(async i =>
        {
            var order = i % 2 == 0 ? lamps : lamps.Reverse();
            var results = await db.Store.Commit([.. order.Select(lamp => UnitOfWork.Append(lamp, Expected.Any, On))]);
            results.ShouldAllBe(r => r is CommitResult.Committed);
        }));
        (await db.Query<long>("select count(*) from mt_streams where version = 40")).ShouldBe(30);
        (await Deadlocks()).ShouldBe(before);
    }

    private Task<long> Deadlocks() => db.Query<long>("select deadlocks from pg_stat_database where datname = current_database()");
}
