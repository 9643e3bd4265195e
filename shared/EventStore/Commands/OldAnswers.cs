using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hutong.EventStore.Commands;

/// <summary>
/// Deletes answers that nobody repeats a request for any more: they are kept for a day. Beside each lies a hash of the
/// request, by which a guess at it could be confirmed.
/// </summary>
internal sealed partial class OldAnswers(NpgsqlDataSource database, SchemaReady schema, TimeProvider time, ILogger<OldAnswers> log)
    : BackgroundService
{
    private const int Batch = 5_000;

    private const string DeleteSql = """
        delete from idempotency_key where (scope, key) in (
            select scope, key from idempotency_key where created_at < $1 order by created_at limit $2 for update skip locked)
        """;

    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);
    private static readonly TimeSpan Every = TimeSpan.FromHours(1);

    /// <summary>Deletes what is older than a day.</summary>
    public async Task Delete(CancellationToken cancellation)
    {
        int deleted;
        do
        {
            await using var command = database.CreateCommand(DeleteSql);
            command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() - Kept });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = Batch });
            deleted = await command.ExecuteNonQueryAsync(cancellation);
        }
        while (deleted == Batch);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.Wait(stoppingToken);
        using var timer = new PeriodicTimer(Every, time);
        do
        {
            try
            {
                await Delete(stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                Failed(e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(LogLevel.Warning, "Answers older than a day could not be deleted; trying again in an hour")]
    private partial void Failed(Exception exception);
}
