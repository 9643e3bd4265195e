using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hutong.EventStore.Reading;

/// <summary>
/// The loop that the relay and the projections share: own the lease, read a batch up to the high-water mark, hand it
/// on, move the checkpoint. Among instances one runs; the others stand by.
/// </summary>
public abstract partial class LogReader(
    string name, NpgsqlDataSource database, IEventStore store, HighWaterMark mark, SchemaReady schema, ILogger log) : BackgroundService
{
    private static readonly TimeSpan StandBy = TimeSpan.FromSeconds(1);

    /// <summary>What a batch may take from the moment the lease was prolonged; past it another instance may own the log.</summary>
    private static readonly TimeSpan BatchTime = Lease.Duration * 0.7;

    private readonly Lease lease = new(database, name);
    private int batchSize;
    private long checkpoint;
    private DateTimeOffset? oldestPending;
    private bool owner;

    /// <summary>The job's name: of the lease, the checkpoint and the metrics.</summary>
    public string Name => lease.Name;

    /// <summary>Events read at a time, at most: fewer after a batch that failed or did not end within the lease.</summary>
    protected virtual int BatchSize => 500;

    /// <summary>The stored event names wanted; null for all.</summary>
    protected abstract IReadOnlyCollection<string>? Types { get; }

    /// <summary>Runs once before the first batch, and again after each failure.</summary>
    protected virtual Task Prepare(CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>
    /// Processes one batch, in order, and moves the checkpoint by calling <paramref name="advance"/> within the
    /// transaction of its own writes. Must not return before the batch's effects are durable. The cancellation comes
    /// before the lease runs out.
    /// </summary>
    protected abstract Task Process(IReadOnlyList<StoredEvent> batch, Func<NpgsqlConnection, Task> advance, CancellationToken cancellation);

    /// <inheritdoc/>
    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.Wait(stoppingToken);
        batchSize = BatchSize;
        using var published = LogTelemetry.Publish(this);
        try
        {
            while (true)
            {
                try
                {
                    await Prepare(stoppingToken);
                    await ReadWhileOwner(stoppingToken);
                    await Task.Delay(StandBy, stoppingToken);
                }
                catch (Exception e) when (e is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
                {
                    // Too much for the time a batch has is one reason to fail; smaller batches get through.
                    batchSize = Math.Max(1, batchSize / 2);
                    Failed(Name, e);
                    await Task.Delay(StandBy, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await TryRelease();
        }
    }

    private async Task ReadWhileOwner(CancellationToken cancellation)
    {
        if (await lease.Acquire(cancellation) is not { } token)
        {
            owner = false;
            return;
        }
        checkpoint = await lease.Checkpoint(cancellation);
        owner = true;
        while (true)
        {
            var upTo = await WaitForEvents(cancellation);
            using var withinLease = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            withinLease.CancelAfter(BatchTime);
            // After the wait, not before it: the batch has the whole of a fresh lease.
            if (await lease.Acquire(withinLease.Token) != token)
                return;
            if (upTo > checkpoint)
                await ReadBatch(upTo, token, withinLease.Token);
            else
                oldestPending = null;
        }
    }

    private async Task ReadBatch(long upTo, long token, CancellationToken cancellation)
    {
        var from = checkpoint;
        var limit = batchSize;
        var batch = await store.ReadAll(from, upTo, limit, Types, cancellation);
        var to = batch.Count == limit ? batch[^1].Position : upTo;
        oldestPending = batch.Count > 0 ? batch[0].Timestamp : null;
        await Process(batch, Advance, cancellation);
        checkpoint = to;
        oldestPending = to < upTo ? batch[^1].Timestamp : null;
        batchSize = Math.Min(BatchSize, batchSize * 2);

        async Task Advance(NpgsqlConnection connection)
        {
            if (!await lease.Advance(connection, from, to, token, cancellation))
                throw new LeaseLostException(Name);
        }
    }

    /// <summary>How far this reader is behind; null while another instance owns the log.</summary>
    internal (long Events, TimeSpan Time)? Lag() => owner
        ? (Math.Max(0, mark.LastDrawn - checkpoint), oldestPending is { } oldest ? TimeProvider.System.GetUtcNow() - oldest : TimeSpan.Zero)
        : null;

    /// <summary>Waits for the mark to move, but no longer than half a lease, which must be prolonged in time.</summary>
    private async Task<long> WaitForEvents(CancellationToken cancellation)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limited.CancelAfter(Lease.Duration / 2);
        try
        {
            return await mark.WaitBeyond(checkpoint, limited.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return checkpoint;
        }
    }

    private async Task TryRelease()
    {
        try
        {
            await lease.Release();
        }
        catch (NpgsqlException e)
        {
            Failed(Name, e);
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Reader} failed and begins again at its checkpoint")]
    private partial void Failed(string reader, Exception exception);
}

/// <summary>Another instance took over the lease, or moved the checkpoint: this one's batch must not count.</summary>
public sealed class LeaseLostException(string name) : InvalidOperationException($"The lease of {name} is no longer ours.");
