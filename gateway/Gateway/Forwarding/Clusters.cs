using System.Net;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.LoadBalancing;

namespace Hutong.Gateway.Forwarding;

/// <summary>Where the services run: section <c>Services</c>, one array of internal base addresses each.</summary>
internal static class Clusters
{
    private static readonly (string Name, string Key)[] Services =
    [
        (ServiceNames.IdentityLink, "IdentityLink"),
        (ServiceNames.SocialFeed, "SocialFeed"),
        (ServiceNames.CommerceCard, "CommerceCard"),
        (ServiceNames.Attribution, "Attribution"),
    ];

    /// <summary>Services send a heartbeat on every event stream each 15 s; what is silent for longer is gone.</summary>
    private static readonly TimeSpan ActivityTimeout = TimeSpan.FromSeconds(60);

    private static readonly HealthCheckConfig HealthCheck = new()
    {
        // When no instance looks healthy one is tried all the same: a service that has just come up answers.
        AvailableDestinationsPolicy = HealthCheckConstants.AvailableDestinations.HealthyOrPanic,
        Active = new ActiveHealthCheckConfig
        {
            Enabled = true,
            Interval = TimeSpan.FromSeconds(2),
            Timeout = TimeSpan.FromSeconds(2),
            Policy = HealthCheckConstants.ActivePolicy.ConsecutiveFailures,
            Path = "/health/ready",
        },
        Passive = new PassiveHealthCheckConfig
        {
            Enabled = true,
            Policy = HealthCheckConstants.PassivePolicy.TransportFailureRate,
            ReactivationPeriod = TimeSpan.FromSeconds(4),
        },
    };

    /// <summary>The clusters.</summary>
    /// <exception cref="InvalidOperationException">A service has no address; the message names the key.</exception>
    public static IReadOnlyList<ClusterConfig> From(IConfiguration configuration) =>
    [
        .. Services.Select(service => new ClusterConfig
        {
            ClusterId = service.Name,
            LoadBalancingPolicy = LoadBalancingPolicies.PowerOfTwoChoices,
            HealthCheck = HealthCheck,
            HttpRequest = new ForwarderRequestConfig
            {
                ActivityTimeout = ActivityTimeout,
                Version = HttpVersion.Version11,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            },
            Destinations = Addresses(configuration, service.Key)
                .Select((address, i) => (Name: $"{service.Name}-{i + 1}", address))
                .ToDictionary(d => d.Name, d => new DestinationConfig { Address = d.address.AbsoluteUri }),
        }),
    ];

    /// <summary>A service's internal base addresses.</summary>
    /// <param name="configuration">With section <c>Services</c>.</param>
    /// <param name="key">The service's key there: <c>IdentityLink</c>.</param>
    public static IReadOnlyList<Uri> Addresses(IConfiguration configuration, string key)
    {
        var addresses = configuration.GetSection($"Services:{key}").GetChildren()
            .Select(child => Uri.TryCreate(child.Value, UriKind.Absolute, out var address) && address is { Scheme: "http" or "https" }
                ? address
                : throw new InvalidOperationException($"{child.Path} must be set to an address such as http://localhost:5101."))
            .ToArray();
        return addresses.Length > 0 ? addresses : throw new InvalidOperationException($"Services:{key}:0 is not set.");
    }
}
