using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Hutong.Launcher.PrivateServers;

/// <summary>A RabbitMQ server, ours or an existing one, on which we may make virtual hosts.</summary>
public sealed class RabbitMqServer : IDisposable
{
    private readonly HttpClient _http;
    private readonly Uri _amqp;

    /// <param name="amqp"><c>amqp://user:password@host:port</c>; a path is ignored.</param>
    /// <param name="management">The management plugin's address, without credentials.</param>
    public RabbitMqServer(Uri amqp, Uri management)
    {
        _amqp = amqp;
        _http = new HttpClient { BaseAddress = new Uri(management, "/api/"), Timeout = TimeSpan.FromSeconds(10) };
        var credentials = Encoding.UTF8.GetBytes(Uri.UnescapeDataString(amqp.UserInfo));
        _http.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Basic", Convert.ToBase64String(credentials));
        Management = management;
    }

    /// <summary>The management plugin's address.</summary>
    public Uri Management { get; }

    /// <summary>The AMQP address of the default virtual host.</summary>
    public Uri Amqp => AddressOf("/");

    /// <summary>The AMQP address of a virtual host, credentials included.</summary>
    public Uri AddressOf(string vhost) =>
        new UriBuilder(_amqp) { Path = "/" + Uri.EscapeDataString(vhost) }.Uri;

    /// <summary>Makes a virtual host that our user may use; an existing one stays as it is.</summary>
    /// <returns>Its AMQP address.</returns>
    public async Task<Uri> AddVhost(string name, CancellationToken cancellation = default)
    {
        using var created = await _http.PutAsync($"vhosts/{Uri.EscapeDataString(name)}", null, cancellation);
        created.EnsureSuccessStatusCode();
        // Its maker has every permission on it.
        return AddressOf(name);
    }

    /// <summary>Deletes a virtual host with its queues.</summary>
    public async Task DeleteVhost(string name, CancellationToken cancellation = default)
    {
        using var deleted = await _http.DeleteAsync($"vhosts/{Uri.EscapeDataString(name)}", cancellation);
        if (deleted.StatusCode != HttpStatusCode.NotFound)
            deleted.EnsureSuccessStatusCode();
    }

    /// <summary>What the management plugin knows of a virtual host's queues, as it says it.</summary>
    public async Task<IReadOnlyList<JsonElement>> Queues(string vhost, CancellationToken cancellation = default) =>
        await _http.GetFromJsonAsync<List<JsonElement>>(
            $"queues/{Uri.EscapeDataString(vhost)}", cancellation) ?? [];

    /// <summary>Whether the broker runs and listens for AMQP on our port.</summary>
    public async Task<bool> Answers(CancellationToken cancellation = default)
    {
        try
        {
            using var response = await _http.GetAsync($"health/checks/port-listener/{_amqp.Port}", cancellation);
            return response.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException
            && !cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Closes the connections to the management plugin.</summary>
    public void Dispose() => _http.Dispose();
}
