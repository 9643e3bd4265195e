using Hutong.EventStore.Reading;
using Hutong.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using static Hutong.EventStore.Tests.Lamps;

namespace Hutong.EventStore.Tests.Reading;

public sealed class LiveTailSpecs(Servers servers) : IAsyncLifetime
{
    private readonly string lamp = NewLamp();
    private TestStore db = null!;

    private static CancellationToken Deadline => new CancellationTokenSource(TimeSpan.FromSeconds(15)).Token;

    public async ValueTask InitializeAsync() => db = await TestStore.Create(servers);

    public ValueTask DisposeAsync() => db.DisposeAsync();

    [Fact]
    public async Task Every_instance_pushes_what_any_instance_appends()
    {
        await using var elsewhere = db.Elsewhere();
        using var here = (await StartTail(db)).Subscribe(Mine);
        using var there = (await StartTail(elsewhere)).Subscribe(Mine);

        await db.Store.Commit(UnitOfWork.Append(NewLamp(), Expected.None, Installed));
        await db.Store.Commit(UnitOfWork.Append(lamp, Expected.None, Installed));
        await elsewhere.Store.Commit(UnitOfWork.Append(lamp, Expected.Exactly(1), On));

        foreach (var subscription in (LiveSubscription[])[here, there])
        {
            (await subscription.Events.ReadAsync(Deadline)).Data.ShouldBe(Installed);
            (await subscription.Events.ReadAsync(Deadline)).Data.ShouldBe(On);
        }
    }

    [Fact]
    public async Task A_new_subscriber_gets_nothing_of_the_past()
    {
        await db.Store.Commit(UnitOfWork.Append(lamp, Expected.None, [.. Enumerable.Repeat(On, 500)]));
        using var subscription = (await StartTail(db)).Subscribe(Mine);
        await db.Store.Commit(UnitOfWork.Append(lamp, Expected.Exactly(500), Off));
        (await subscription.Events.ReadAsync(Deadline)).Version.ShouldBe(501);
    }

    [Fact]
    public async Task A_subscriber_from_before_the_end_of_the_log_was_known_is_cut_off_and_misses_nothing_unawares()
    {
        await db.Store.Commit(UnitOfWork.Append(lamp, Expected.None, On, On));
        var tail = NewTail(db, await db.StartMark());
        using var early = tail.Subscribe(Mine);
        await db.Start(tail);
        await early.Events.Completion.WaitAsync(TimeSpan.FromSeconds(15));
        early.Events.TryRead(out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_subscriber_that_falls_behind_is_cut_off_and_others_are_not()
    {
        var tail = await StartTail(db);
        using var slow = tail.Subscribe(Mine);
        using var quick = tail.Subscribe(Mine);
        var read = 0;
        var reading = Task.Run(async () =>
        {
            await foreach (var e in quick.ReadAll(Deadline))
            {
                if (++read == 600)
                    return;
            }
        });
        for (var i = 0; i < 60; i++)
        {
            await db.Store.Commit(UnitOfWork.Append(lamp, Expected.Any, [.. Enumerable.Repeat(On, 10)]));
            await Eventually.True(() => read >= 10 * (i + 1));
        }
        await reading;
        read.ShouldBe(600);

        var left = 0;
        while (slow.Events.TryRead(out _))
            left++;
        left.ShouldBeInRange(1, 599);
        slow.Events.Completion.IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public async Task A_filter_that_fails_ends_its_own_stream_only()
    {
        var tail = await StartTail(db);
        using var broken = tail.Subscribe(_ => throw new InvalidOperationException("a mistake in a page"));
        using var sound = tail.Subscribe(Mine);
        await db.Store.Commit(UnitOfWork.Append(lamp, Expected.None, Installed));
        (await sound.Events.ReadAsync(Deadline)).Data.ShouldBe(Installed);
        await broken.Events.Completion.WaitAsync(TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task An_event_that_only_a_newer_version_knows_does_not_stop_the_streams()
    {
        using var subscription = (await StartTail(db)).Subscribe(Mine);
        await db.Store.Commit(UnitOfWork.Append(lamp, Expected.None, Installed, On));
        (await subscription.Events.ReadAsync(Deadline)).Data.ShouldBe(Installed);
        (await subscription.Events.ReadAsync(Deadline)).Data.ShouldBe(On);
        await db.Store.Commit(UnitOfWork.Append(lamp, Expected.Exactly(2), Off));
        await db.Execute("""
            insert into mt_events (seq_id, id, stream_id, version, data, type, timestamp)
            select nextval('mt_events_sequence'), gen_random_uuid(), $1, 4, '{}', 'lamp_exploded', now()
            """, lamp);
        await db.Execute("update mt_streams set version = 4 where id = $1", lamp);
        await db.Store.Commit(UnitOfWork.Append(lamp, Expected.Exactly(4), On));
        (await subscription.Events.ReadAsync(Deadline)).Version.ShouldBe(3);
        (await subscription.Events.ReadAsync(Deadline)).Version.ShouldBe(5);
    }

    private bool Mine(StoredEvent e) => e.StreamId == lamp;

    private static LiveTail NewTail(TestStore process, HighWaterMark mark) =>
        new(process.Store, process.Types, mark, process.Ready, NullLogger<LiveTail>.Instance);

    /// <summary>A tail that knows where the log ends.</summary>
    private static async Task<LiveTail> StartTail(TestStore process)
    {
        var tail = NewTail(process, await process.StartMark());
        await process.Start(tail);
        var marker = NewLamp();
        await Eventually.True(async () =>
        {
            using var probe = tail.Subscribe(e => e.StreamId == marker);
            await process.Store.Commit(UnitOfWork.Append(marker, Expected.Any, On));
            return await Task.WhenAny(probe.Events.WaitToReadAsync().AsTask(), Task.Delay(500)) is Task<bool> { Result: true };
        });
        return tail;
    }
}
