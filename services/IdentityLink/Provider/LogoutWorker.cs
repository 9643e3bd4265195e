using Hutong.EventStore;
using Npgsql;

namespace Hutong.IdentityLink.Provider;

/// <summary>
/// Delivers logout tokens of sessions that ended in numbers, and those that a client did not take at once. Every instance
/// does; no two take the same one.
/// </summary>
internal sealed partial class LogoutWorker(BackchannelLogout logout, SchemaReady schema, TimeProvider time, ILogger<LogoutWorker> log)
    : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.Wait(stoppingToken);
        using var timer = new PeriodicTimer(Pause, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                while (await logout.DeliverDue(stoppingToken))
                {
                }
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                Failed(e);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Logout tokens could not be read; trying again")]
    private partial void Failed(Exception exception);
}
