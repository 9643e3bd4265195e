using Hutong.EventStore;
using Npgsql;

namespace Hutong.IdentityLink.Revoking;

/// <summary>Does what follows revocations, on every instance.</summary>
internal sealed partial class RevocationWorker(RevocationWork work, SchemaReady schema, TimeProvider time, ILogger<RevocationWorker> log)
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
                await work.Complete(stoppingToken);
                await work.Forget(stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                Failed(e);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "What follows a revocation could not be done; trying again. What was revoked does not hold in any case")]
    private partial void Failed(Exception exception);
}
