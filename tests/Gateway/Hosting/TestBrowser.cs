using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;

namespace Hutong.Gateway.Tests.Hosting;

/// <summary>
/// As much of a browser as the gateway can tell: cookies per host (the secure ones also, as browsers have it for
/// localhost), the headers a navigation carries, every <c>*.localhost</c> at 127.0.0.1. Each request goes to the instance
/// that <see cref="Instance"/> picks. Redirects are followed only when a test says so.
/// </summary>
public sealed class TestBrowser : IDisposable
{
    private const int MostRedirects = 12;

    private readonly GatewayUnderTest gateway;
    private readonly Dictionary<string, Dictionary<string, string>> cookies = [];
    private readonly HttpClient client;
    private int dialled;

    public TestBrowser(GatewayUnderTest gateway)
    {
        this.gateway = gateway;
        client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectCallback = Connect,
            PooledConnectionLifetime = TimeSpan.Zero,
            ActivityHeadersPropagator = null,
            // A body that the server asks for is sent; one that it refuses is not.
            Expect100ContinueTimeout = TimeSpan.FromMinutes(1),
        });
    }

    /// <summary>Picks an instance for the n-th connection; all go to the first by default.</summary>
    public Func<int, int> Instance { get; set; } = _ => 0;

    /// <summary>The cookies of a host name.</summary>
    public Dictionary<string, string> CookiesOf(string host) =>
        cookies.TryGetValue(host, out var known) ? known : cookies[host] = [];

    public Dictionary<string, string> CookiesOfSite(string site) => CookiesOf($"{site}.localhost");

    /// <summary>Signs a person in at the fake provider.</summary>
    public void IsKnownToProviderAs(string person) => CookiesOf("localhost")[FakeProvider.PersonCookie] = person;

    public Task<Answer> Open(string address) => Send(Navigation(HttpMethod.Get, address, "none"));

    /// <summary>Opens a page and goes wherever it leads.</summary>
    public async Task<Answer> OpenAndFollow(string address) => await Follow(await Open(address));

    public async Task<Answer> Follow(Answer answer)
    {
        for (var redirects = 0; answer.Location is { } location; redirects++)
        {
            redirects.ShouldBeLessThan(MostRedirects);
            answer = await Open(location);
        }
        return answer;
    }

    /// <summary>Submits a form from a page of the same site.</summary>
    public Task<Answer> Post(string address, params (string Name, string Value)[] form)
    {
        var request = Navigation(HttpMethod.Post, address, "same-origin");
        request.Headers.Add("Origin", new Uri(address).GetLeftPart(UriPartial.Authority));
        request.Content = new FormUrlEncodedContent(form.Select(f => KeyValuePair.Create(f.Name, f.Value)));
        return Send(request);
    }

    /// <summary>Signs in at a site, with whoever the provider knows, and comes back to a page.</summary>
    public Task<Answer> SignIn(string site, string returnPath = "/") =>
        OpenAndFollow($"{gateway.SiteOrigin(site)}/signin?return={Uri.EscapeDataString(returnPath)}");

    /// <summary>What a page's script asks for.</summary>
    public Task<Answer> Fetch(string address) => Send(new HttpRequestMessage(HttpMethod.Get, address));

    public async Task<Answer> Send(HttpRequestMessage request)
    {
        using var response = await Answer(request, HttpCompletionOption.ResponseContentRead);
        return new Answer(
            new Uri(request.RequestUri!.AbsoluteUri), response.StatusCode, response.Headers.Location, await response.Content.ReadAsStringAsync(),
            response.Headers.Concat(response.Content.Headers).ToLookup(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>The answer's head; its body is still to come.</summary>
    public async Task<HttpResponseMessage> Answer(HttpRequestMessage request, HttpCompletionOption completion)
    {
        var host = request.RequestUri!.Host;
        if (CookiesOf(host) is { Count: > 0 } own && !request.Headers.Contains("Cookie"))
            request.Headers.Add("Cookie", string.Join("; ", own.Select(c => $"{c.Key}={c.Value}")));
        var response = await client.SendAsync(request, completion);
        if (response.Headers.TryGetValues("Set-Cookie", out var set))
        {
            foreach (var header in set)
                Take(host, header);
        }
        return response;
    }

    public void Dispose() => client.Dispose();

    private void Take(string host, string header)
    {
        var pair = header.Split(';')[0].Split('=', 2);
        if (header.Contains("expires=Thu, 01 Jan 1970", StringComparison.OrdinalIgnoreCase))
            CookiesOf(host).Remove(pair[0]);
        else
            CookiesOf(host)[pair[0]] = pair[1];
    }

    private static HttpRequestMessage Navigation(HttpMethod method, string address, string from)
    {
        var request = new HttpRequestMessage(method, address);
        request.Headers.Add("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");
        request.Headers.Add("Accept-Language", "en");
        request.Headers.Add("Sec-Fetch-Mode", "navigate");
        request.Headers.Add("Sec-Fetch-Dest", "document");
        request.Headers.Add("Sec-Fetch-Site", from);
        return request;
    }

    private async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var port = context.DnsEndPoint.Port == gateway.Ports[0]
            ? gateway.Ports[Instance(Interlocked.Increment(ref dialled) - 1)]
            : context.DnsEndPoint.Port;
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>What came back.</summary>
public sealed record Answer(Uri Address, HttpStatusCode Status, Uri? RawLocation, string Body, ILookup<string, string> Headers)
{
    /// <summary>Where it leads, absolute; null where it is no redirect.</summary>
    public string? Location => RawLocation is null ? null : new Uri(Address, RawLocation).AbsoluteUri;

    /// <summary>A parameter of the address it leads to.</summary>
    public string? LocationParameter(string name) =>
        QueryHelpers.ParseQuery(new Uri(Location!).Query).TryGetValue(name, out var value) ? value.ToString() : null;

    public string? Header(string name) => Headers[name].FirstOrDefault();

    /// <summary>The code of a problem, or of a page that tells of one.</summary>
    public string? Code => Body.StartsWith('{')
        ? (string?)JsonNode.Parse(Body)!["code"]
        : System.Text.RegularExpressions.Regex.Match(Body, "<code>([a-z_]+)</code>") is { Success: true } match ? match.Groups[1].Value : null;

    /// <summary>What reached the service.</summary>
    public Echoed Echoed => Body.StartsWith("{\"method\"", StringComparison.Ordinal)
        ? System.Text.Json.JsonSerializer.Deserialize<Echoed>(Body, System.Text.Json.JsonSerializerOptions.Web)!
        : throw new InvalidOperationException($"{Address} answered {(int)Status} and no service did: {Body}");

    /// <summary>A claim of the internal token that reached the service; null when none did.</summary>
    public string? InternalClaim(string name) =>
        Echoed["Authorization"] is { } header
            ? new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(header["Bearer ".Length..]).GetClaim(name).Value
            : null;
}
