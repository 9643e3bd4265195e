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
    private readonly Lease lease = new(database, name);

    /// <summary>The job's name: of the lease, the checkpoint and the metrics.</summary>
    public string Name => lease.Name;

    /// <summary>Events read at a time.</summary>
    protected virtual int BatchSize => 500;

    /// <summary>The stored event names wanted; null for all.</summary>
    protected abstract IReadOnlyCollection<string>? Types { get; }

    /// <summary>Runs once before the first batch, and again after each failure.</summary>
    protected virtual Task Prepare(CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>
    /// Processes one batch, in order, and moves the checkpoint by calling <paramref name="advance"/> within the
    /// transaction of its own writes. Must not return before the batch's effects are durable.
    /// </summary>
    protected abstract Task Process(IReadOnlyList<StoredEvent> batch, Func<NpgsqlConnection, Task> advance, CancellationToken cancellation);

    /// <inheritdoc/>
    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.Wait(stoppingToken);
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
            return;
        var checkpoint = await lease.Checkpoint(cancellation);
        while (await lease.Acquire(cancellation) == token)
        {
            var upTo = await WaitForEvents(checkpoint, cancellation);
            if (upTo <= checkpoint)
                continue;
            var batch = await store.ReadAll(checkpoint, upTo, BatchSize, Types, cancellation);
            var to = batch.Count == BatchSize ? batch[^1].Position : upTo;
            var from = checkpoint;
            await Process(batch, Advance, cancellation);
            checkpoint = to;

            async Task Advance(NpgsqlConnection connection)
            {
                if (!await lease.Advance(connection, from, to, token, cancellation))
                    throw new LeaseLostException(Name);
            }
        }
    }

    /// <summary>Waits for the mark to move, but no longer than half a lease, which must be prolonged in time.</summary>
    private async Task<long> WaitForEvents(long checkpoint, CancellationToken cancellation)
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
