using Microsoft.Extensions.Diagnostics.HealthChecks;
using RabbitMQ.Client;

namespace Hutong.Messaging.Broker;

/// <summary>
/// Asks the broker itself whether it is there, on a connection of its own: MassTransit reports itself healthy for
/// seconds after the broker died.
/// </summary>
public sealed class BrokerProbe(BrokerAddress broker, TopologyDeployment topology) : IHealthCheck, IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);
    private readonly SemaphoreSlim single = new(1, 1);
    private IConnection? connection;

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!topology.IsDeclared)
            return HealthCheckResult.Unhealthy("The broker's topology is not declared yet.");
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(Timeout);
        try
        {
            await single.WaitAsync(limited.Token);
            try
            {
                connection = connection is { IsOpen: true } open ? open : await Connect(limited.Token);
                // A round trip: an idle connection to a dead broker still reads as open.
                await using var channel = await connection.CreateChannelAsync(cancellationToken: limited.Token);
                return HealthCheckResult.Healthy();
            }
            finally
            {
                single.Release();
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy($"The broker does not answer ({e.GetType().Name}).");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (connection is not null)
            await connection.DisposeAsync();
        single.Dispose();
    }

    private async Task<IConnection> Connect(CancellationToken cancellation)
    {
        if (connection is not null)
            await connection.DisposeAsync();
        connection = null;
        var factory = new ConnectionFactory { Uri = broker.Uri, AutomaticRecoveryEnabled = false, ClientProvidedName = "health probe" };
        return await factory.CreateConnectionAsync(cancellation);
    }
}
