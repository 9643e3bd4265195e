using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Hutong.Launcher.PrivateServers;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Hutong.Messaging.Tests;

/// <summary>The broker as its operator and as a stranger see it.</summary>
internal sealed class BrokerView : IDisposable
{
    private readonly HttpClient http;
    private readonly Uri amqp;

    public BrokerView(RabbitMqServer server, string vhostAddress)
    {
        amqp = new Uri(vhostAddress);
        http = new HttpClient { BaseAddress = new Uri(server.Management, "/api/") };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(amqp.UserInfo))));
    }

    private string Vhost => amqp.AbsolutePath[1..];

    public async Task<JsonElement> Queue(string name) => await http.GetFromJsonAsync<JsonElement>($"queues/{Vhost}/{name}");

    /// <summary>Queue names and, of each, whether it is a quorum queue with a single active consumer.</summary>
    public async Task<Dictionary<string, bool>> Queues() =>
        (await http.GetFromJsonAsync<List<JsonElement>>($"queues/{Vhost}"))!.ToDictionary(
            queue => queue.GetProperty("name").GetString()!,
            queue => queue.GetProperty("type").GetString() == "quorum"
                     && queue.GetProperty("arguments").TryGetProperty("x-single-active-consumer", out var single) && single.GetBoolean());

    public async Task<IReadOnlyList<(string From, string To)>> Bindings() =>
    [
        .. (await http.GetFromJsonAsync<List<JsonElement>>($"bindings/{Vhost}"))!
            .Select(b => (b.GetProperty("source").GetString()!, b.GetProperty("destination").GetString()!)),
    ];

    /// <summary>Messages in a queue, delivered and unacknowledged ones included, by the broker's own count.</summary>
    public async Task<uint> Ready(string queue)
    {
        await using var connection = await Connect();
        await using var channel = await connection.CreateChannelAsync();
        return (await channel.QueueDeclarePassiveAsync(queue)).MessageCount;
    }

    public async Task DeleteQueue(string name)
    {
        await using var connection = await Connect();
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueDeleteAsync(name);
    }

    /// <summary>Cuts every AMQP connection of the virtual host; answers how many.</summary>
    public async Task<int> CutConnections()
    {
        var connections = (await http.GetFromJsonAsync<List<JsonElement>>($"vhosts/{Vhost}/connections"))!;
        foreach (var connection in connections)
        {
            using var _ = await http.DeleteAsync($"connections/{Uri.EscapeDataString(connection.GetProperty("name").GetString()!)}");
        }
        return connections.Count;
    }

    public async Task<int> Connections() => (await http.GetFromJsonAsync<List<JsonElement>>("connections"))!.Count;

    /// <summary>Sends bytes straight into a queue, as anybody with access could.</summary>
    public async Task Send(string queue, byte[] body, string? messageId = null, IDictionary<string, object?>? headers = null)
    {
        await using var connection = await Connect();
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        var properties = new BasicProperties { MessageId = messageId, Headers = headers, ContentType = "application/vnd.masstransit+json" };
        await channel.BasicPublishAsync("", queue, mandatory: true, properties, body);
    }

    /// <summary>
    /// Consumes a queue's first messages without acknowledging them, and cancels: as an instance does that is asked
    /// to stop. Disposing what is returned gives them back.
    /// </summary>
    public async Task<IAsyncDisposable> TakeAndCancel(string queue, ushort count)
    {
        var connection = await Connect();
        var channel = await connection.CreateChannelAsync();
        await channel.BasicQosAsync(0, count, global: false);
        var consumer = new AsyncEventingBasicConsumer(channel);
        var left = (int)count;
        var full = new TaskCompletionSource();
        consumer.ReceivedAsync += (_, _) =>
        {
            if (Interlocked.Decrement(ref left) == 0)
                full.SetResult();
            return Task.CompletedTask;
        };
        var tag = await channel.BasicConsumeAsync(queue, autoAck: false, consumer);
        await full.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await channel.BasicCancelAsync(tag);
        return connection;
    }

    public void Dispose() => http.Dispose();

    private Task<IConnection> Connect() => new ConnectionFactory { Uri = amqp }.CreateConnectionAsync();
}
