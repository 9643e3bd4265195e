using Hutong.EventStore;
using Hutong.Gateway.Storage;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Hutong.Gateway.Sessions;

/// <summary>Deletes what is over. Nothing depends on when: every reader looks at the times.</summary>
internal sealed partial class Cleaning(
    NpgsqlDataSource database, SchemaReady schema, IOptions<SiteSessionOptions> options, TimeProvider time, ILogger<Cleaning> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    private const string CleanSql = """
        with sessions as (delete from session where expires_at < $1 or last_seen_at < $2),
        states as (delete from sign_in_state where expires_at < $1),
        tokens as (delete from logout_token where expires_at < $1)
        delete from ended_session where ended_at < $3
        """;

    /// <summary>Deletes once.</summary>
    public Task Clean(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        return database.Run(CleanSql, cancellation, now, now - options.Value.IdleLifetime, now - EndedSessions.Kept);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.Wait(stoppingToken);
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await Clean(stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                NotCleaned(e.GetType().Name);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(LogLevel.Warning, "Expired rows could not be deleted ({Reason}); tried again later")]
    private partial void NotCleaned(string reason);
}
