using System.Diagnostics;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Hutong.Benchmarks.Exchange;

/// <summary>The floor of the exchange: the broker's own client, with the same messages, on the same queue.</summary>
internal sealed class RawBroker(IConnection connection) : IAsyncDisposable
{
    private const int Unconfirmed = 500;
    private const ushort Prefetch = 64;

    private byte[] body = [];
    private BasicProperties properties = new();

    public static async Task<RawBroker> Connect(Uri broker) =>
        new(await new ConnectionFactory { Uri = broker }.CreateConnectionAsync());

    /// <summary>Takes one message from the queue as the pattern of those to publish.</summary>
    public async Task TakePattern()
    {
        // A queue with a single active consumer gives nothing to one that merely asks.
        await using var channel = await connection.CreateChannelAsync();
        await channel.BasicQosAsync(0, 1, global: false);
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            body = delivery.Body.ToArray();
            properties = new BasicProperties(delivery.BasicProperties);
            first.TrySetResult();
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(Services.Queue, autoAck: false, consumer);
        await first.Task;
    }

    public async Task Purge()
    {
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueuePurgeAsync(Services.Queue);
    }

    /// <summary>Publishes with confirms, as many unconfirmed at a time as a relay's batch.</summary>
    public async Task<Done> Publish(int messages)
    {
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        var clock = Stopwatch.StartNew();
        foreach (var batch in Enumerable.Range(0, messages).Chunk(Unconfirmed))
            await Task.WhenAll(batch.Select(_ => channel.BasicPublishAsync("", Services.Queue, mandatory: true, properties, body).AsTask()));
        return new Done(messages, clock.Elapsed);
    }

    /// <summary>Consumes with an acknowledgement for each.</summary>
    public async Task<Done> Consume(int messages)
    {
        await using var channel = await connection.CreateChannelAsync();
        await channel.BasicQosAsync(0, Prefetch, global: false);
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var consumed = 0;
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false);
            if (Interlocked.Increment(ref consumed) == messages)
                all.SetResult();
        };
        var clock = Stopwatch.StartNew();
        await channel.BasicConsumeAsync(Services.Queue, autoAck: false, consumer);
        await all.Task;
        return new Done(messages, clock.Elapsed);
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
