using Hutong.Testing;
using static Hutong.EventStore.Tests.Lamps;

namespace Hutong.EventStore.Tests.Committing;

public sealed class ExpectationSpecs(Servers servers) : IAsyncLifetime
{
    private readonly string lamp = NewLamp();
    private TestStore db = null!;

    private IEventStore Store => db.Store;

    public async ValueTask InitializeAsync() => db = await TestStore.Create(servers);

    public ValueTask DisposeAsync() => db.DisposeAsync();

    [Fact]
    public async Task A_first_event_creates_the_stream_and_is_read_back_as_written()
    {
        var before = DateTimeOffset.UtcNow.AddMilliseconds(-1);
        var headers = new EventHeaders("c-1", "m-1", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "person-7");
        var result = await Store.Commit(UnitOfWork.Append(lamp, Expected.None, Installed, On) with { Headers = headers });

        result.ShouldBeOfType<CommitResult.Committed>().Versions.ShouldBe([2]);
        var stream = await Store.ReadStream(lamp);
        stream.Version.ShouldBe(2);
        stream.Events.Select(e => e.Data).ShouldBe([Installed, On]);
        stream.Events.Select(e => e.Version).ShouldBe([1, 2]);
        stream.Events.Select(e => e.Type).ShouldBe(["lamp_installed", "lamp_switched"]);
        stream.Events.ShouldAllBe(e => e.Headers == headers && e.StreamId == lamp && e.Timestamp > before && e.Timestamp.Offset == TimeSpan.Zero);
        stream.Events.Select(e => e.Id).Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public async Task A_missing_stream_reads_as_empty()
    {
        var stream = await Store.ReadStream(lamp);
        stream.Version.ShouldBe(0);
        stream.Events.ShouldBeEmpty();
    }

    [Fact]
    public async Task Each_expectation_holds_where_it_should()
    {
        (await Append(Expected.Any)).ShouldBe(1);
        (await Append(Expected.Exactly(1))).ShouldBe(2);
        (await Append(Expected.Exists)).ShouldBe(3);
        (await Append(Expected.Any)).ShouldBe(4);
    }

    [Fact]
    public async Task A_conflict_says_which_stream_what_was_expected_and_what_was_found()
    {
        await Conflicts(Expected.Exists, found: 0);
        await Conflicts(Expected.Exactly(3), found: 0);
        await Append(Expected.None);
        await Append(Expected.Exactly(1));
        await Conflicts(Expected.None, found: 2);
        await Conflicts(Expected.Exactly(1), found: 2);
        await Conflicts(Expected.Exactly(3), found: 2);
        (await Store.ReadStream(lamp)).Version.ShouldBe(2);
    }

    [Fact]
    public async Task A_refused_unit_leaves_no_row_and_no_gap()
    {
        var (other, third) = (NewLamp(), NewLamp());
        await Append(Expected.None);
        var refused = new UnitOfWork
        {
            Appends =
            [
                new StreamAppend(other, Expected.None, [On]),
                new StreamAppend(lamp, Expected.Exactly(9), [On]),
                new StreamAppend(third, Expected.Any, [On]),
            ],
            Rows = [Lights.Upsert(new LightRow(other, true))],
            Inbox = new InboxEntry("specs", Guid.NewGuid(), "key", 1, 0),
        };

        (await Store.Commit(refused)).ShouldBe(new CommitResult.Conflict(lamp, Expected.Exactly(9), 1));

        (await db.Query<long>("select count(*) from mt_streams")).ShouldBe(1);
        (await db.Query<long>("select count(*) from inbox")).ShouldBe(0);
        (await db.Query<long>("select count(*) from inbox_cursor")).ShouldBe(0);
        (await db.Query<long>("select count(*) from light")).ShouldBe(0);
        (await db.Query<long>("select last_value from mt_events_sequence")).ShouldBe(1);
        await Append(Expected.Exactly(1));
        (await Store.ReadStream(lamp)).Events.Select(e => e.Position).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task Of_many_parallel_appends_at_one_version_exactly_one_wins()
    {
        await Append(Expected.None);
        var results = await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => Store.Commit(UnitOfWork.Append(lamp, Expected.Exactly(1), On))));

        results.OfType<CommitResult.Committed>().Count().ShouldBe(1);
        results.OfType<CommitResult.Conflict>().ShouldAllBe(c => c == new CommitResult.Conflict(lamp, Expected.Exactly(1), 2));
        (await Store.ReadStream(lamp)).Version.ShouldBe(2);
    }

    [Fact]
    public async Task Of_many_parallel_creations_of_one_stream_exactly_one_wins()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => Store.Commit(UnitOfWork.Append(lamp, Expected.None, Installed))));

        results.OfType<CommitResult.Committed>().Count().ShouldBe(1);
        results.OfType<CommitResult.Conflict>().Count().ShouldBe(23);
        (await db.Query<long>("select last_value from mt_events_sequence")).ShouldBe(1);
    }

    [Fact]
    public async Task Parallel_appends_at_any_version_all_land_without_gap_or_repeat()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 48).Select(_ => Store.Commit(UnitOfWork.Append(lamp, Expected.Any, On, Off))));

        results.ShouldAllBe(r => r is CommitResult.Committed);
        (await Store.ReadStream(lamp)).Events.Select(e => e.Version).ShouldBe(Enumerable.Range(1, 96).Select(v => (long)v));
    }

    [Fact]
    public async Task An_archived_stream_is_read_and_takes_no_more_events()
    {
        await Append(Expected.None);
        (await Store.Archive(lamp)).ShouldBeTrue();
        (await Store.Archive(lamp)).ShouldBeFalse();
        (await Store.Archive(NewLamp())).ShouldBeFalse();

        foreach (var expected in (Expected[])[Expected.Any, Expected.Exists, Expected.Exactly(1), Expected.None])
            await Conflicts(expected, found: -1);
        (await Store.ReadStream(lamp)).Version.ShouldBe(1);
        (await db.Query<bool>("select bool_and(is_archived) from mt_events")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_mistaken_unit_is_told_before_anything_is_written()
    {
        await Should.ThrowAsync<ArgumentException>(() => Store.Commit(UnitOfWork.Append("", Expected.Any, On)));
        await Should.ThrowAsync<ArgumentException>(() => Store.Commit(UnitOfWork.Append(new string('x', 251), Expected.Any, On)));
        await Should.ThrowAsync<ArgumentException>(() => Store.Commit(
            UnitOfWork.Append(lamp, Expected.Any, On).With(new StreamAppend(lamp, Expected.Any, [Off]))));
        await Should.ThrowAsync<ArgumentException>(() => Store.Commit(
            UnitOfWork.Empty with { Inbox = new InboxEntry("specs", Guid.NewGuid(), "key", Version: 2, Previous: 2) }));
        await Should.ThrowAsync<UnregisteredEventException>(() => Store.Commit(UnitOfWork.Append(lamp, Expected.Any, "not an event")));
        (await db.Query<long>("select count(*) from mt_streams")).ShouldBe(0);
    }

    [Fact]
    public async Task An_append_without_events_is_left_out()
    {
        var unit = UnitOfWork.Append(lamp, Expected.Exactly(7));
        (await Store.Commit(unit)).ShouldBeOfType<CommitResult.Committed>().Versions.ShouldBeEmpty();
        (await Store.Commit([])).ShouldBeEmpty();
        (await Store.ReadStream(lamp)).Version.ShouldBe(0);
    }

    private async Task<long> Append(Expected expected) =>
        (await Store.Commit(UnitOfWork.Append(lamp, expected, On))).ShouldBeOfType<CommitResult.Committed>().Versions.Single();

    private async Task Conflicts(Expected expected, long found) =>
        (await Store.Commit(UnitOfWork.Append(lamp, expected, On))).ShouldBe(new CommitResult.Conflict(lamp, expected, found));
}
