using Microsoft.Extensions.Configuration;

namespace Hutong.Messaging.Broker;

/// <summary>Where the broker is: <c>ConnectionStrings:Broker</c>, <c>amqp://user:password@host:port/vhost</c>.</summary>
/// <param name="Uri">The address, credentials included: never log it.</param>
public sealed record BrokerAddress(Uri Uri)
{
    /// <exception cref="InvalidOperationException">The key is missing or not an amqp address.</exception>
    internal static BrokerAddress From(IConfiguration configuration) =>
        Uri.TryCreate(configuration.GetConnectionString("Broker"), UriKind.Absolute, out var uri) && uri.Scheme is "amqp" or "amqps"
            ? new BrokerAddress(uri)
            : throw new InvalidOperationException("ConnectionStrings:Broker must be set to amqp://user:password@host:port/vhost.");

    /// <inheritdoc/>
    public override string ToString() => $"{Uri.Host}:{Uri.Port}{Uri.AbsolutePath}";
}
