using Hutong.EventStore;
using Npgsql;

namespace Hutong.IdentityLink.Provider;

/// <summary>
/// Delivers logout tokens of sessions that ended in numbers, and those that a client did not take at once. Every instance
/// does; no two take the same one. Each client has its own turn, so that one that is slow holds up no other.
/// </summary>
internal sealed partial class LogoutWorker(BackchannelLogout logout, SchemaReady schema, TimeProvider time, ILogger<LogoutWorker> log)
    : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.Wait(stoppingToken);
        using var timer = new PeriodicTimer(Pause, time);
        var turns = new Dictionary<string, Task>();
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await Try(() => Begin(turns, stoppingToken));
        }
        finally
        {
            await Task.WhenAll(turns.Values);
        }
    }

    private async Task Begin(Dictionary<string, Task> turns, CancellationToken stoppingToken)
    {
        foreach (var clientId in await logout.Waiting(stoppingToken))
        {
            if (turns.TryGetValue(clientId, out var turn))
            {
                if (!turn.IsCompleted)
                    continue;
                await turn;
            }
            turns[clientId] = Try(() => DeliverAll(clientId, stoppingToken));
        }
    }

    private async Task DeliverAll(string clientId, CancellationToken stoppingToken)
    {
        while (await logout.DeliverDue(clientId, stoppingToken))
        {
        }
    }

    private async Task Try(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            Failed(e);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Logout tokens could not be read; trying again")]
    private partial void Failed(Exception exception);
}
