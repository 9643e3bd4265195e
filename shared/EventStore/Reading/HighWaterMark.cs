using Hutong.EventStore.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hutong.EventStore.Reading;

/// <summary>
/// How far the log can be read without missing an event that is still being committed. One per process and database
/// serves the relay, the projections and live streams.
/// </summary>
/// <remarks>
/// A position below the sequence's last value may belong to a transaction that has not committed yet. So the mark
/// takes the last value, then waits until every transaction that held the append lock at that moment has ended
/// (PostgreSQL waits in the same way for a concurrent index build). Nothing takes the lock exclusively: writers are
/// never held up, however slow one of them is.
/// </remarks>
public sealed partial class HighWaterMark(
    NpgsqlDataSource database, AppendSignal appended, SchemaReady schema, ILogger<HighWaterMark> log) : BackgroundService
{
    /// <summary>How long a commit of another process can go unseen. A poll is one read of a sequence.</summary>
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>The first look at writers in flight comes soon, since most end within milliseconds; then less and less often.</summary>
    private static readonly TimeSpan FirstWriterPoll = TimeSpan.FromMilliseconds(1);

    private static readonly TimeSpan LastWriterPoll = TimeSpan.FromMilliseconds(25);

    private const long Unknown = -1;

    // The second statement must come after the first: a writer that drew a number at or below the value read
    // took the lock before, and is listed until its transaction, visible rows and all, is over.
    private const string LastValueSql = "select case when is_called then last_value else 0 end from mt_events_sequence";

    private const string WritersSql = """
        select virtualtransaction from pg_locks
        where locktype = 'advisory' and mode = 'ShareLock' and granted and objsubid = 1
          and database = (select oid from pg_database where datname = current_database())
          and (classid::bigint << 32 | objid::bigint) = hutong_append_lock()
        """;

    private TaskCompletionSource<long> moved = NewSource();
    private long current = Unknown;
    private long lastDrawn;

    /// <summary>
    /// Every event at or below this position is visible, and none will appear later. −1 until the database was
    /// looked at, and again while it cannot be reached.
    /// </summary>
    public long Current => Volatile.Read(ref current);

    /// <summary>The sequence's last value at the latest look: <see cref="LastDrawn"/> − <see cref="Current"/> bounds the lag in events.</summary>
    public long LastDrawn => Volatile.Read(ref lastDrawn);

    /// <summary>Waits until the mark is beyond <paramref name="position"/>, and returns it.</summary>
    public async Task<long> WaitBeyond(long position, CancellationToken cancellation)
    {
        while (true)
        {
            var next = Volatile.Read(ref moved).Task;
            if (Current is var mark && mark > position)
                return mark;
            await next.WaitAsync(cancellation);
        }
    }

    /// <summary>Finds the mark as of now by itself, without the background loop: for rebuilds, tools and tests.</summary>
    public static async Task<long> Measure(NpgsqlDataSource database, CancellationToken cancellation = default)
    {
        var (last, writers) = await Look(database, cancellation);
        await AwaitEnd(database, writers, cancellation);
        return last;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.Wait(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Advance(stoppingToken);
                await appended.Wait(PollEvery, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // A server that crashed may draw again the numbers of transactions that did not commit: what was
                // known of them no longer holds.
                Volatile.Write(ref current, Unknown);
                LookFailed(e.GetType().Name);
                await Task.Delay(TimeSpan.FromSeconds(1), stoppingToken);
            }
        }
    }

    private async Task Advance(CancellationToken cancellation)
    {
        var (last, writers) = await Look(database, cancellation);
        Volatile.Write(ref lastDrawn, last);
        if (last <= Current)
            return;
        await AwaitEnd(database, writers, cancellation);
        Volatile.Write(ref current, last);
        Interlocked.Exchange(ref moved, NewSource()).SetResult(last);
    }

    private static async Task<(long Last, HashSet<string> Writers)> Look(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(LastValueSql));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(WritersSql));
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var last = reader.GetInt64(0);
        await reader.NextResultAsync(cancellation);
        return (last, await Writers(reader, cancellation));
    }

    private static async Task AwaitEnd(NpgsqlDataSource database, HashSet<string> writers, CancellationToken cancellation)
    {
        for (var pause = FirstWriterPoll; writers.Count > 0; pause = pause * 2 < LastWriterPoll ? pause * 2 : LastWriterPoll)
        {
            await Task.Delay(pause, cancellation);
            await using var command = database.CreateCommand(WritersSql);
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            writers.IntersectWith(await Writers(reader, cancellation));
        }
    }

    private static async Task<HashSet<string>> Writers(NpgsqlDataReader reader, CancellationToken cancellation)
    {
        var writers = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellation))
            writers.Add(reader.GetString(0));
        return writers;
    }

    private static TaskCompletionSource<long> NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(LogLevel.Warning, "The log's high-water mark could not be read ({Error}); trying again")]
    private partial void LookFailed(string error);
}
