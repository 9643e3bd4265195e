using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace Hutong.ServiceDefaults.Outgoing;

/// <summary>
/// The HTTP client for addresses that partners chose: one for all of them. It calls the internet alone, by https, follows no
/// redirect, keeps no cookie, and waits and reads within bounds. A host that keeps failing is left alone for a while.
/// Addresses of configuration have a client and connections of their own, for which some hosts are exempt.
/// </summary>
public static class PartnerCalls
{
    /// <summary>The client's name for <see cref="IHttpClientFactory"/>.</summary>
    public const string ClientName = "partner";

    /// <summary>The name of the client for addresses that configuration names.</summary>
    public const string ConfiguredName = "configured-partner";

    /// <summary>For whom a call is made: a host that keeps failing for one is left alone for that one.</summary>
    public static readonly HttpRequestOptionsKey<string> For = new("partner");

    /// <summary>The longest answer that is read, bytes.</summary>
    public const int LongestAnswer = 64 * 1024;

    /// <summary>How long a call takes at most, answer included.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(3);

    /// <summary>How many calls to one host go on side by side.</summary>
    private const int ConnectionsPerHost = 20;

    private const int LongestHeadersKilobytes = 16;

    /// <summary>
    /// Adds the client. A call that gets no answer throws as one of <see cref="OutgoingCalls"/> does, and
    /// <see cref="ReasonOf"/> names why. Nothing is tried again: the caller knows whether it may be.
    /// </summary>
    public static IServiceCollection AddPartnerCalls(this IServiceCollection services)
    {
        services.AddOptions<PartnerCallOptions>().BindConfiguration("PartnerCalls")
            .Validate(options => options.ExemptHosts.All(host => Uri.CheckHostName(host.Trim('[', ']')) != UriHostNameType.Unknown),
                "PartnerCalls:ExemptHosts are names or addresses of hosts, without a port.")
            .ValidateOnStart();
        services.AddSingleton<PartnerCircuits>();
        AddClient(services, ClientName, isConfigured: false);
        AddClient(services, ConfiguredName, isConfigured: true);
        return services;
    }

    /// <summary>
    /// Whether an address may be called as far as it can be told without looking its host up: for whoever registers it. What
    /// it leads to is looked at with each connection.
    /// </summary>
    /// <param name="address">The address.</param>
    /// <param name="options">Which hosts are exempt.</param>
    /// <param name="isConfigured">Whether configuration names it, and not somebody who registered it.</param>
    public static bool MayCall(Uri address, PartnerCallOptions options, bool isConfigured) =>
        address.IsAbsoluteUri && address.UserInfo.Length == 0 && (options.Exempts(address, isConfigured)
            ? address.Scheme is "https" or "http"
            : address.Scheme == "https" && (!IPAddress.TryParse(address.IdnHost, out var literal) || PublicAddresses.IsPublic(literal)));

    /// <summary>Why a call got no answer, in a word that names neither side: for logs, and for what the partner reads.</summary>
    public static string ReasonOf(Exception e) => e switch
    {
        TimeoutRejectedException => "timeout",
        BrokenCircuitException => "left_alone",
        AddressRefusedException or { InnerException: AddressRefusedException } => "address_refused",
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } or { InnerException: SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData } } => "host_unknown",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => "tls_failed",
        HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } => "answer_too_long",
        _ => "unreachable",
    };

    private static void AddClient(IServiceCollection services, string name, bool isConfigured) => services
        .AddHttpClient(name, client => client.Timeout = System.Threading.Timeout.InfiniteTimeSpan)
        .ConfigurePrimaryHttpMessageHandler(provider => Connections(Options(provider), isConfigured))
        .AddHttpMessageHandler(provider => new PartnerCallGuard(provider.GetRequiredService<PartnerCircuits>(), Options(provider), isConfigured))
        .RemoveAllLoggers();

    private static PartnerCallOptions Options(IServiceProvider provider) => provider.GetRequiredService<IOptions<PartnerCallOptions>>().Value;

    private static SocketsHttpHandler Connections(PartnerCallOptions options, bool isConfigured) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        // A proxy would look the host up by itself, and connect to whatever it found.
        UseProxy = false,
        ConnectTimeout = ConnectTimeout,
        MaxConnectionsPerServer = ConnectionsPerHost,
        MaxResponseHeadersLength = LongestHeadersKilobytes,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        ConnectCallback = (context, cancellation) => Connect(context, options, isConfigured, cancellation),
    };

    /// <summary>
    /// Looks the host up once and connects to what was found and looked at, so that a name that leads elsewhere a moment later
    /// gains nothing.
    /// </summary>
    private static async ValueTask<Stream> Connect(
        SocketsHttpConnectionContext context, PartnerCallOptions options, bool isConfigured, CancellationToken cancellation)
    {
        var found = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellation);
        var allowed = options.Exempts(context.InitialRequestMessage.RequestUri!, isConfigured) ? found : [.. found.Where(PublicAddresses.IsPublic)];
        if (allowed.Length == 0)
            throw new AddressRefusedException();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>A partner's address is none that is called.</summary>
public sealed class AddressRefusedException() : HttpRequestException("The address is none of the internet, or not https.");
