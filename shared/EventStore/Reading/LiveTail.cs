using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hutong.EventStore.Reading;

/// <summary>
/// Pushes new events to this process's open live streams. Every instance tails its database by itself, so a page may
/// be connected to any of them. One read of the log serves all subscribers.
/// </summary>
public sealed partial class LiveTail(
    IEventStore store, EventTypes types, HighWaterMark mark, SchemaReady schema, ILogger<LiveTail> log) : BackgroundService
{
    private const int BatchSize = 1000;

    /// <summary>A subscriber this far behind is cut off: its client reconnects and resumes from a version.</summary>
    private const int SubscriberBuffer = 256;

    private readonly ConcurrentDictionary<Subscription, byte> subscriptions = [];

    /// <summary>
    /// Begins to follow events that pass the filter. Subscribe first and read the current state after: what
    /// happens in between arrives here too. The sequence ends when the subscriber falls behind or the host stops.
    /// </summary>
    public LiveSubscription Subscribe(Func<StoredEvent, bool> filter)
    {
        var subscription = new Subscription(filter);
        subscriptions.TryAdd(subscription, 0);
        return new LiveSubscription(subscription.Channel.Reader, () => CutOff(subscription));
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.Wait(stoppingToken);
        long? position = null;
        try
        {
            while (true)
            {
                try
                {
                    var upTo = await mark.WaitBeyond(position ?? -1, stoppingToken);
                    position = position is { } after ? await Push(after, upTo, stoppingToken) : Begin(upTo);
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    // The database may come back with another end of its log than the one known here.
                    position = null;
                    ReadFailed(e);
                    await Task.Delay(TimeSpan.FromSeconds(1), stoppingToken);
                }
            }
        }
        finally
        {
            CutOffAll();
        }
    }

    /// <summary>Whoever subscribed before the end of the log was known may have missed events: they reconnect and read again.</summary>
    private long Begin(long position)
    {
        CutOffAll();
        return position;
    }

    private async Task<long> Push(long after, long upTo, CancellationToken cancellation)
    {
        if (subscriptions.IsEmpty)
            return upTo;
        // By name, so that an event which only a newer version of the service knows does not stop all streams.
        var batch = await store.ReadAll(after, upTo, BatchSize, types.Names, cancellation);
        foreach (var subscription in subscriptions.Keys)
            Push(subscription, batch);
        return batch.Count == BatchSize ? batch[^1].Position : upTo;
    }

    private void Push(Subscription subscription, IReadOnlyList<StoredEvent> batch)
    {
        try
        {
            foreach (var e in batch)
            {
                if (subscription.Filter(e) && !subscription.Channel.Writer.TryWrite(e))
                {
                    CutOff(subscription);
                    return;
                }
            }
        }
        catch (Exception e)
        {
            // One subscriber's filter must not end everybody's stream.
            FilterFailed(e);
            CutOff(subscription);
        }
    }

    private void CutOffAll()
    {
        foreach (var subscription in subscriptions.Keys)
            CutOff(subscription);
    }

    private void CutOff(Subscription subscription)
    {
        subscriptions.TryRemove(subscription, out _);
        subscription.Channel.Writer.TryComplete();
    }

    [LoggerMessage(LogLevel.Warning, "Live streams could not read the log; trying again")]
    private partial void ReadFailed(Exception exception);

    [LoggerMessage(LogLevel.Error, "A live stream's filter failed; the stream was cut off")]
    private partial void FilterFailed(Exception exception);

    private sealed class Subscription(Func<StoredEvent, bool> filter)
    {
        public Func<StoredEvent, bool> Filter { get; } = filter;

        public Channel<StoredEvent> Channel { get; } = System.Threading.Channels.Channel.CreateBounded<StoredEvent>(SubscriberBuffer);
    }
}

/// <summary>A live stream of events; dispose it to stop following.</summary>
public sealed class LiveSubscription(ChannelReader<StoredEvent> events, Action end) : IDisposable
{
    /// <summary>The events, as they come.</summary>
    public ChannelReader<StoredEvent> Events => events;

    /// <summary>The events, as they come, as a sequence.</summary>
    public async IAsyncEnumerable<StoredEvent> ReadAll([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await foreach (var e in events.ReadAllAsync(cancellation))
            yield return e;
    }

    /// <inheritdoc/>
    public void Dispose() => end();
}
