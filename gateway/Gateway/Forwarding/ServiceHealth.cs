using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;

namespace Hutong.Gateway.Forwarding;

/// <summary>What the health checks say of the services.</summary>
internal sealed class ServiceHealth(IProxyStateLookup proxy)
{
    /// <summary>Whether any instance of a service may be up.</summary>
    public bool IsUp(string service) =>
        !proxy.TryGetCluster(service, out var cluster)
        || cluster.DestinationsState.AllDestinations.Any(
            d => d.Health is { Active: not DestinationHealth.Unhealthy, Passive: not DestinationHealth.Unhealthy });
}
