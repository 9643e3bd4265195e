using System.Security.Cryptography;
using Hutong.EventStore;
using Npgsql;

namespace Hutong.IdentityLink.Deliveries;

/// <summary>
/// Delivers what is due: what came in numbers, and what a client did not take at once. Every instance does. Each client has
/// its own turn, so that one that is slow holds up no other.
/// </summary>
internal sealed partial class DeliveryWorker(IDeliveries deliveries, SchemaReady schema, TimeProvider time, ILogger<DeliveryWorker> log)
    : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TidyEvery = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.Wait(stoppingToken);
        using var timer = new PeriodicTimer(Pause, time);
        var turns = new Dictionary<string, Task>();
        var tidied = time.GetTimestamp();
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await Try(() => Begin(turns, stoppingToken));
                if (time.GetElapsedTime(tidied) < TidyEvery)
                    continue;
                await Try(() => deliveries.Tidy(stoppingToken));
                tidied = time.GetTimestamp();
            }
        }
        finally
        {
            await Task.WhenAll(turns.Values);
        }
    }

    private async Task Begin(Dictionary<string, Task> turns, CancellationToken stoppingToken)
    {
        foreach (var (clientId, turn) in turns.Where(turn => turn.Value.IsCompleted).ToList())
        {
            await turn;
            turns.Remove(clientId);
        }
        foreach (var clientId in await deliveries.Waiting(stoppingToken))
        {
            if (!turns.ContainsKey(clientId))
                turns[clientId] = Try(() => DeliverAll(clientId, stoppingToken));
        }
    }

    private async Task DeliverAll(string clientId, CancellationToken stoppingToken)
    {
        while (await deliveries.DeliverDue(clientId, stoppingToken))
        {
        }
    }

    private async Task Try(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or CryptographicException)
        {
            Failed(e);
        }
    }

    [LoggerMessage(LogLevel.Warning, "What is to be delivered could not be read or signed; trying again")]
    private partial void Failed(Exception exception);
}
