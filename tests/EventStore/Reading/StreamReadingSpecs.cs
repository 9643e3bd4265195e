using Hutong.EventStore.Postgres;
using Hutong.Testing;
using static Hutong.EventStore.Tests.Lamps;

namespace Hutong.EventStore.Tests.Reading;

public sealed class StreamReadingSpecs(Servers servers) : IAsyncLifetime
{
    private readonly string lamp = NewLamp();
    private readonly Clock clock = new();
    private TestStore db = null!;
    private PostgresEventStore store = null!;

    public async ValueTask InitializeAsync()
    {
        db = await TestStore.Create(servers);
        store = new PostgresEventStore(db.Database, db.Types, clock, db.Signal);
    }

    public ValueTask DisposeAsync() => db.DisposeAsync();

    [Fact]
    public async Task A_stream_is_read_up_to_a_version()
    {
        await Append(0, Installed, On, Off);
        (await store.ReadStream(lamp, new ReadUntil(ToVersion: 2))).Events.Select(e => e.Data).ShouldBe([Installed, On]);
        (await store.ReadStream(lamp, new ReadUntil(ToVersion: 2))).Version.ShouldBe(2);
        (await store.ReadStream(lamp, new ReadUntil(ToVersion: 9))).Version.ShouldBe(3);
        (await store.ReadStream(lamp, new ReadUntil(ToVersion: 0))).Version.ShouldBe(0);
    }

    [Fact]
    public async Task A_stream_is_read_as_it_was_known_at_a_time()
    {
        await Append(1, Installed);
        await Append(2, On);
        await Append(3, Off);

        (await VersionAt(0)).ShouldBe(0);
        (await VersionAt(1)).ShouldBe(1);
        (await VersionAt(2)).ShouldBe(2);
        (await VersionAt(60)).ShouldBe(3);
        (await store.ReadStream(lamp, new ReadUntil(ToVersion: 1, ToTime: Clock.Start.AddMinutes(60)))).Version.ShouldBe(1);
    }

    [Fact]
    public async Task A_stream_read_to_a_time_has_no_hole_where_the_writers_clocks_differ()
    {
        await Append(1, Installed);
        await Append(5, On);
        await Append(2, Off);

        (await VersionAt(3)).ShouldBe(1);
        (await VersionAt(5)).ShouldBe(3);
    }

    [Fact]
    public async Task Streams_are_read_backwards_as_one_in_pages_of_the_events_asked_for()
    {
        var other = NewLamp();
        await Append(1, Installed, On);
        await store.Commit(UnitOfWork.Append(other, Expected.None, Installed, Off), TestContext.Current.CancellationToken);
        await store.Commit(UnitOfWork.Append(NewLamp(), Expected.None, Installed, On), TestContext.Current.CancellationToken);
        await Append(3, Off);
        string[] types = [db.Types.NameOf(On.GetType())];

        var newest = await store.ReadBackwards([lamp, other], long.MaxValue, 2, types);
        newest.Select(e => (e.StreamId, e.Version)).ShouldBe([(lamp, 3), (other, 2)]);
        var older = await store.ReadBackwards([lamp, other], newest[^1].Position, 2, types);
        older.Select(e => (e.StreamId, e.Version)).ShouldBe([(lamp, 2)]);
        (await store.ReadBackwards([], long.MaxValue, 2, types)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_fold_gives_the_state_and_the_version_to_append_to()
    {
        await Append(0, Installed, On);
        var loaded = await store.Load(new Fold<bool>(false, (on, e) => e is LampSwitched switched ? switched.On : on), lamp);
        loaded.State.ShouldBeTrue();
        loaded.Exists.ShouldBeTrue();
        loaded.Append(Off).ShouldBeEquivalentTo(new StreamAppend(lamp, Expected.Exactly(2), [Off]));
    }

    [Fact]
    public async Task The_trace_of_the_caller_is_stored_with_its_events()
    {
        using var source = new System.Diagnostics.ActivitySource("specs");
        using var listener = new System.Diagnostics.ActivityListener
        {
            ShouldListenTo = s => s.Name is "specs" or EventStoreTelemetry.Name,
            Sample = (ref System.Diagnostics.ActivityCreationOptions<System.Diagnostics.ActivityContext> _) => System.Diagnostics.ActivitySamplingResult.AllData,
        };
        System.Diagnostics.ActivitySource.AddActivityListener(listener);
        using var request = source.StartActivity("request")!;
        await Append(0, Installed);

        var stored = System.Diagnostics.ActivityContext.Parse((await store.ReadStream(lamp)).Events[0].Headers.TraceParent!, null);
        stored.TraceId.ShouldBe(request.TraceId);
        stored.SpanId.ShouldNotBe(request.SpanId, "the append is a span of its own");
    }

    private async Task Append(int minute, params object[] events)
    {
        clock.Now = Clock.Start.AddMinutes(minute);
        (await store.Commit(UnitOfWork.Append(lamp, Expected.Any, events))).ShouldBeOfType<CommitResult.Committed>();
    }

    private async Task<long> VersionAt(int minute) =>
        (await store.ReadStream(lamp, new ReadUntil(ToTime: Clock.Start.AddMinutes(minute)))).Version;

    private sealed class Clock : TimeProvider
    {
        public static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

        public DateTimeOffset Now { get; set; } = Start;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
