using Hutong.Contracts;
using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hutong.Messaging.Broker;

/// <summary>
/// Declares every exchange, queue and binding of the manifest, in whichever service starts first, and keeps trying
/// while the broker is down. Relays wait for it.
/// </summary>
public sealed partial class TopologyDeployment(BrokerAddress broker, ILogger<TopologyDeployment> log) : BackgroundService
{
    private static readonly TimeSpan AttemptTime = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A quorum queue is forgotten, with all that it confirmed, when its broker is killed within its first second:
    /// RabbitMQ 3.10 writes down with a delay that there is such a queue. (Lost 9 times of 9 up to 0.6 s, and 0 of 3
    /// from 1 s on.) Another service may have made it a moment ago, so this is waited out at every start.
    /// </summary>
    private static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim wanted = new(1, 1);
    private volatile bool declared;
    private volatile TaskCompletionSource settled = NewSource();

    /// <summary>Whether the manifest is declared.</summary>
    public bool IsDeclared => declared;

    /// <summary>Waits until the manifest is declared and the broker keeps what it confirms.</summary>
    public Task Wait(CancellationToken cancellation) => settled.Task.WaitAsync(cancellation);

    /// <summary>Declares it once more: a message came back because no queue took it.</summary>
    public void DeployAgain()
    {
        lock (wanted)
        {
            if (!settled.Task.IsCompletedSuccessfully)
                return;
            declared = false;
            settled = NewSource();
            wanted.Release();
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        wanted.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await wanted.WaitAsync(stoppingToken);
            while (!declared)
            {
                try
                {
                    await Deploy(stoppingToken);
                    declared = true;
                    await Task.Delay(SettleTime, stoppingToken);
                    settled.SetResult();
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    NotYet(e.Message);
                    await Task.Delay(TimeSpan.FromSeconds(1), stoppingToken);
                }
            }
        }
    }

    private async Task Deploy(CancellationToken cancellation)
    {
        var manifest = Bus.Factory.CreateUsingRabbitMq(cfg =>
        {
            cfg.Host(broker.Uri);
            cfg.DeployTopologyOnly = true;
            foreach (var queue in Topology.Queues)
                cfg.ReceiveEndpoint(queue.Name, endpoint => QueueSettings.Apply(endpoint, queue));
        });
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limited.CancelAfter(AttemptTime);
        try
        {
            await manifest.StartAsync(limited.Token);
        }
        finally
        {
            // A start that failed leaves a bus behind that would connect for ever.
            await manifest.StopAsync(StopTime);
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(LogLevel.Warning, "The broker does not take the topology yet: {Reason}")]
    private partial void NotYet(string reason);
}
