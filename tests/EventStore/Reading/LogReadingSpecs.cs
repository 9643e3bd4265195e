using Hutong.EventStore.Reading;
using Hutong.Testing;
using static Hutong.EventStore.Tests.Lamps;

namespace Hutong.EventStore.Tests.Reading;

public sealed class LogReadingSpecs(Servers servers, ITestOutputHelper output) : IAsyncLifetime
{
    private TestStore db = null!;

    public async ValueTask InitializeAsync() => db = await TestStore.Create(servers);

    public ValueTask DisposeAsync() => db.DisposeAsync();

    [Fact]
    public async Task No_event_is_skipped_or_out_of_stream_order_while_writers_dawdle_hold_and_roll_back()
    {
        var mark = await db.StartMark();
        using var stop = new CancellationTokenSource();
        var reading = Read(async after => await mark.WaitBeyond(after, stop.Token), stop.Token);
        // The control: the same reader without the mark must lose events, or this test could not fail.
        var control = Read(async _ =>
        {
            await Task.Delay(1, stop.Token);
            return long.MaxValue;
        }, stop.Token);

        var writers = new Writers(db);
        await writers.Run(phases: 8);

        var last = await db.Query<long>("select max(seq_id) from mt_events");
        await Eventually.True(() => mark.Current >= last);
        await Eventually.True(() => reading.Read.LastOrDefault()?.Position >= last);
        await Eventually.True(() => control.Read.LastOrDefault()?.Position >= last);
        await stop.CancelAsync();
        await Task.WhenAll(reading.Task, control.Task);

        var committed = await db.Store.ReadAll(0, long.MaxValue, int.MaxValue);
        reading.Read.Select(e => e.Id).ShouldBe(committed.Select(e => e.Id), "lost, repeated or out of position order");
        foreach (var stream in reading.Read.GroupBy(e => e.StreamId))
            stream.Select(e => e.Version).ShouldBe(Enumerable.Range(1, stream.Count()).Select(v => (long)v), $"{stream.Key} out of order");

        var lostByControl = committed.Count - control.Read.Count;
        var ratio = Median(writers.Held) / Median(writers.Free);
        output.WriteLine($"{committed.Count} events, 0 lost; a reader without the mark lost {lostByControl}.");
        output.WriteLine($"Commits per second: {Median(writers.Free):0} freely, {Median(writers.Held):0} beside a held transaction, ratio {ratio:0.00}.");
        lostByControl.ShouldBeGreaterThan(0);
        ratio.ShouldBeGreaterThan(0.6);
    }

    [Fact]
    public async Task The_mark_waits_for_a_writer_that_drew_its_position_and_not_for_later_ones()
    {
        var mark = await db.StartMark();
        await db.Store.Commit(UnitOfWork.Append(NewLamp(), Expected.None, On));
        await Eventually.True(() => mark.Current == 1);

        await using var connection = await db.Database.OpenConnectionAsync();
        var slow = await connection.BeginTransactionAsync();
        await using (var batch = new Npgsql.NpgsqlBatch(connection, slow))
        {
            batch.BatchCommands.Add(new Postgres.CommitParameters(
                [UnitOfWork.Append(NewLamp(), Expected.None, On)], db.Types, DateTimeOffset.UtcNow).Command());
            await batch.ExecuteNonQueryAsync();
        }
        await db.Store.Commit(UnitOfWork.Append(NewLamp(), Expected.None, On));
        await Eventually.True(() => mark.LastDrawn == 3);
        mark.Current.ShouldBe(1);

        await slow.CommitAsync();
        (await mark.WaitBeyond(2, new CancellationTokenSource(TimeSpan.FromSeconds(10)).Token)).ShouldBe(3);
    }

    [Fact]
    public async Task A_writer_in_another_database_of_the_server_does_not_hold_the_mark_up()
    {
        await using var other = await TestStore.Create(servers);
        await using var connection = await other.Database.OpenConnectionAsync();
        await using var slow = await connection.BeginTransactionAsync();
        await using (var hold = new Npgsql.NpgsqlCommand("select pg_advisory_xact_lock_shared(hutong_append_lock())", connection, slow))
            await hold.ExecuteNonQueryAsync();

        await db.Store.Commit(UnitOfWork.Append(NewLamp(), Expected.None, On));
        (await HighWaterMark.Measure(db.Database).WaitAsync(TimeSpan.FromSeconds(10))).ShouldBe(1);
    }

    [Fact]
    public async Task A_commit_of_another_process_is_seen_without_a_signal()
    {
        // A mark that is never told of a commit, as one in another process.
        await using var elsewhere = db.Elsewhere();
        var mark = await elsewhere.StartMark();
        await Eventually.True(() => mark.Current == 0);
        await db.Store.Commit(UnitOfWork.Append(NewLamp(), Expected.None, On));
        await Eventually.True(() => mark.Current == 1);
    }

    [Fact]
    public async Task The_log_is_read_in_bounded_pieces_and_by_name()
    {
        var (a, b) = (NewLamp(), NewLamp());
        await db.Store.Commit(UnitOfWork.Append(a, Expected.None, Installed, On, Off));
        await db.Store.Commit(UnitOfWork.Append(b, Expected.None, Installed));

        (await db.Store.ReadAll(0, 4, 2)).Select(e => e.Position).ShouldBe([1, 2]);
        (await db.Store.ReadAll(2, 3, 10)).Select(e => e.Position).ShouldBe([3]);
        (await db.Store.ReadAll(0, 4, 10, ["lamp_installed"])).Select(e => e.StreamId).ShouldBe([a, b]);
        (await db.Store.ReadAll(4, 4, 10)).ShouldBeEmpty();
    }

    private (List<StoredEvent> Read, Task Task) Read(Func<long, Task<long>> upTo, CancellationToken stop)
    {
        var read = new List<StoredEvent>();
        return (read, Task.Run(async () =>
        {
            var position = 0L;
            try
            {
                while (true)
                {
                    var batch = await db.Store.ReadAll(position, await upTo(position), 500, null, stop);
                    read.AddRange(batch);
                    position = batch.Count > 0 ? batch[^1].Position : position;
                    if (batch.Count == 0)
                        await Task.Delay(1, stop);
                }
            }
            catch (OperationCanceledException)
            {
            }
        }, CancellationToken.None));
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
