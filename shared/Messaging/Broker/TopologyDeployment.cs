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

    private readonly SemaphoreSlim wanted = new(1, 1);
    private volatile TaskCompletionSource done = NewSource();

    /// <summary>Whether the manifest is declared.</summary>
    public bool IsDone => done.Task.IsCompletedSuccessfully;

    /// <summary>Waits until the manifest is declared.</summary>
    public Task Wait(CancellationToken cancellation) => done.Task.WaitAsync(cancellation);

    /// <summary>Declares it once more: a message came back because no queue took it.</summary>
    public void DeployAgain()
    {
        lock (wanted)
        {
            if (!IsDone)
                return;
            done = NewSource();
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
            while (!IsDone)
            {
                try
                {
                    await Deploy(stoppingToken);
                    done.SetResult();
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
