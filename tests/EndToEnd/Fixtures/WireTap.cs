using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Hutong.Launcher.PrivateServers;

namespace Hutong.EndToEnd.Tests.Fixtures;

/// <summary>A queue of ours behind every exchange of a virtual host: it gets a copy of whatever is published.</summary>
internal sealed class WireTap : IDisposable
{
    private const string Queue = "wiretap";
    private const int Batch = 500;

    private readonly HttpClient _management;
    private readonly string _vhost;
    private readonly List<byte[]> _heard = [];

    private WireTap(RabbitMqServer broker, string vhost)
    {
        _vhost = vhost;
        _management = new HttpClient { BaseAddress = new Uri(broker.Management, "/api/") };
        _management.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(broker.Amqp.UserInfo))));
    }

    /// <summary>Listens to every exchange there is. All are to be fanouts, of which a queue can have everything.</summary>
    public static async Task<WireTap> On(RabbitMqServer broker, string vhost)
    {
        var tap = new WireTap(broker, vhost);
        await tap.Post(HttpMethod.Put, $"queues/{vhost}/{Queue}", new { durable = false, auto_delete = false });
        var all = await tap._management.GetFromJsonAsync<List<JsonElement>>($"exchanges/{vhost}");
        var ours = all!
            .Select(exchange => (Name: exchange.GetProperty("name").GetString()!, Kind: exchange.GetProperty("type").GetString()))
            // The broker's own are named amq.…, and the default one is no exchange to bind to.
            .Where(exchange => exchange.Name.Length > 0 && !exchange.Name.StartsWith("amq.", StringComparison.Ordinal))
            .ToList();
        ours.ShouldAllBe(exchange => exchange.Kind == "fanout");
        foreach (var (name, _) in ours)
            await tap.Post(HttpMethod.Post, $"bindings/{vhost}/e/{Uri.EscapeDataString(name)}/q/{Queue}", new { routing_key = "" });
        return tap;
    }

    /// <summary>Everything heard so far: each message with its properties and headers. Not by two at once.</summary>
    public async Task<IReadOnlyList<byte[]>> Heard()
    {
        while (true)
        {
            using var answer = await Post(
                HttpMethod.Post, $"queues/{_vhost}/{Queue}/get", new { count = Batch, ackmode = "ack_requeue_false", encoding = "base64" });
            var messages = await answer.Content.ReadFromJsonAsync<List<JsonElement>>();
            foreach (var message in messages!)
            {
                var payload = message.GetProperty("payload").GetString()!;
                _heard.Add(message.GetProperty("payload_encoding").GetString() == "base64"
                    ? Convert.FromBase64String(payload)
                    : Encoding.UTF8.GetBytes(payload));
                _heard.Add(Encoding.UTF8.GetBytes(message.GetProperty("properties").GetRawText()));
            }
            if (messages.Count == 0)
                return [.. _heard];
        }
    }

    public void Dispose() => _management.Dispose();

    private async Task<HttpResponseMessage> Post(HttpMethod method, string path, object body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body) };
        var response = await _management.SendAsync(request);
        return response.EnsureSuccessStatusCode();
    }
}
