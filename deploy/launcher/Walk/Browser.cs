using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Hutong.Launcher.Walk;

/// <summary>
/// One person's browser as seen from the servers: cookies per host, redirects followed with the address bar's
/// rules, forms sent as they stand on the page, <c>*.localhost</c> reached at 127.0.0.1. It keeps the trace
/// id that the gateway answers with, so that what an action caused can be found.
/// </summary>
internal sealed class Browser : IDisposable
{
    private const int MostRedirects = 20;

    private readonly Cookies _cookies = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        UseCookies = false,
        AllowAutoRedirect = false,
        ConnectCallback = Connect,
        // A new connection each time: behind a random spread every request may meet another instance.
        PooledConnectionLifetime = TimeSpan.Zero,
        // A browser sends no trace context, and the gateway would take none.
        ActivityHeadersPropagator = null,
    })
    {
        Timeout = TimeSpan.FromSeconds(30),
        DefaultRequestVersion = HttpVersion.Version11,
    };

    /// <summary>The trace id of the last action: of its first request that the gateway answered.</summary>
    public string LastTrace { get; private set; } = "";

    public IReadOnlyCollection<string> CookiesAt(string host) => _cookies.NamesAt(host);

    /// <summary>Types an address, or follows a link from a page.</summary>
    public async Task<Page> Open(Uri address, CancellationToken cancellation, Uri? from = null)
    {
        BeginTrace();
        return await Navigate(HttpMethod.Get, address, fields: null, from, cancellation);
    }

    /// <summary>Sends a form.</summary>
    public async Task<Page> Send(
        Form form, IReadOnlyList<KeyValuePair<string, string>> fields, Uri from, CancellationToken cancellation)
    {
        BeginTrace();
        if (form.IsPost)
            return await Navigate(HttpMethod.Post, form.Action, fields, from, cancellation);
        using var query = new FormUrlEncodedContent(fields);
        var address = new UriBuilder(form.Action) { Query = await query.ReadAsStringAsync(cancellation) };
        return await Navigate(HttpMethod.Get, address.Uri, fields: null, from, cancellation);
    }

    /// <summary>What a page's script does: calls the API of the site it is on.</summary>
    /// <exception cref="WalkException">The API refused, or its answer is not what was asked for.</exception>
    public async Task<T> Call<T>(
        HttpMethod method, Uri address, object? body, CancellationToken cancellation,
        params IEnumerable<KeyValuePair<string, string>> headers)
    {
        var (status, text) = await Ask(method, address, body, cancellation, headers);
        if ((int)status is < 200 or > 299)
            throw new WalkException($"{method} {address} answered {(int)status}: {Shortened(text)}");
        try
        {
            return JsonSerializer.Deserialize<T>(text, JsonSerializerOptions.Web)!;
        }
        catch (JsonException)
        {
            throw new WalkException($"{method} {address} answered what is no {typeof(T).Name}: {Shortened(text)}");
        }
    }

    /// <summary>The same, whatever the API answers.</summary>
    public async Task<(HttpStatusCode Status, string Body)> Ask(
        HttpMethod method, Uri address, object? body, CancellationToken cancellation,
        params IEnumerable<KeyValuePair<string, string>> headers)
    {
        BeginTrace();
        using var request = Request(method, address, from: address);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.Add("Sec-Fetch-Mode", "cors");
        request.Headers.Add("Sec-Fetch-Dest", "empty");
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        if (body is not null)
            request.Content = body as HttpContent ?? new StringContent(
                JsonSerializer.Serialize(body, JsonSerializerOptions.Web), Encoding.UTF8, "application/json");
        using var response = await _http.SendAsync(request, cancellation);
        Take(address, response);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(cancellation));
    }

    /// <summary>Opens a stream of server-sent events.</summary>
    public async Task<Stream> Listen(Uri address, CancellationToken cancellation)
    {
        using var request = Request(HttpMethod.Get, address, from: address);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        return response.IsSuccessStatusCode
            ? await response.Content.ReadAsStreamAsync(cancellation)
            : throw new WalkException($"GET {address} answered {(int)response.StatusCode} instead of a stream of events.");
    }

    public void Dispose() => _http.Dispose();

    private async Task<Page> Navigate(
        HttpMethod method, Uri address, IReadOnlyList<KeyValuePair<string, string>>? fields, Uri? from,
        CancellationToken cancellation)
    {
        for (var redirects = 0; redirects <= MostRedirects; redirects++)
        {
            using var request = Request(method, address, from);
            request.Headers.Accept.ParseAdd("text/html,application/xhtml+xml;q=0.9,*/*;q=0.8");
            request.Headers.Add("Sec-Fetch-Mode", "navigate");
            request.Headers.Add("Sec-Fetch-Dest", "document");
            request.Content = fields is null ? null : new FormUrlEncodedContent(fields);
            using var response = await _http.SendAsync(request, cancellation);
            Take(address, response);
            if (response.Headers.Location is not { } location || !IsRedirect(response.StatusCode))
                return new Page(
                    this, address, response.StatusCode,
                    await response.Content.ReadAsStringAsync(cancellation), response.Headers);
            // 307 and 308 keep the method; after the others a browser asks with GET.
            if (response.StatusCode is not (HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect))
                (method, fields) = (HttpMethod.Get, null);
            address = new Uri(address, location);
        }
        throw new WalkException($"More than {MostRedirects} redirects, the last to {address.GetLeftPart(UriPartial.Path)}.");
    }

    private HttpRequestMessage Request(HttpMethod method, Uri address, Uri? from)
    {
        var request = new HttpRequestMessage(method, address);
        request.Headers.Add("Accept-Language", "zh-CN,zh;q=0.9,en;q=0.8");
        request.Headers.Add("User-Agent", "Hutong-Walk");
        var origin = from?.GetLeftPart(UriPartial.Authority);
        request.Headers.Add("Sec-Fetch-Site",
            origin is null ? "none" : origin == address.GetLeftPart(UriPartial.Authority) ? "same-origin" : "cross-site");
        if (origin is not null)
            request.Headers.Referrer = new Uri(origin);
        if (method != HttpMethod.Get && origin is not null)
            request.Headers.Add("Origin", origin);
        if (_cookies.HeaderFor(address) is { } cookies)
            request.Headers.Add("Cookie", cookies);
        return request;
    }

    private void Take(Uri address, HttpResponseMessage response)
    {
        if (LastTrace.Length == 0 && response.Headers.TryGetValues("X-Trace-Id", out var traces))
            LastTrace = traces.First();
        if (response.Headers.TryGetValues("Set-Cookie", out var headers))
            foreach (var header in headers)
                _cookies.Take(address, header, TimeProvider.System.GetUtcNow());
    }

    private void BeginTrace() => LastTrace = "";

    private static bool IsRedirect(HttpStatusCode status) => (int)status is 301 or 302 or 303 or 307 or 308;

    private static string Shortened(string text) => text.Length <= 500 ? text : text[..500] + "…";

    private static async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var host = context.DnsEndPoint.Host;
        var isLocal = host == "localhost" || host.EndsWith(".localhost", StringComparison.Ordinal);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await (isLocal
                ? socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellation)
                : socket.ConnectAsync(context.DnsEndPoint, cancellation));
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
