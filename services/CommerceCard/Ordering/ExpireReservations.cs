using Hutong.CommerceCard.Paying;
using Hutong.EventStore;
using Npgsql;

namespace Hutong.CommerceCard.Ordering;

/// <summary>
/// Releases the units of orders that were not paid in time. Runs in every instance: two that meet at one order decide
/// at its exact version, and one of them finds it done.
/// </summary>
internal sealed partial class ExpireReservations(
    Settlement settlement, NpgsqlDataSource database, SchemaReady schema, TimeProvider time, ILogger<ExpireReservations> log)
    : BackgroundService
{
    private const string DueSql = """
        select order_id from customer_order
        where status = 'reserved' and expires_at <= $1
        order by expires_at
        limit 100
        """;

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.Wait(stoppingToken);
        using var timer = new PeriodicTimer(Every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                foreach (var orderId in await Due(stoppingToken))
                    await Expire(orderId, stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                Failed(e);
            }
        }
    }

    /// <summary>One order that cannot be ended now, since its provider does not answer, does not hold up the others.</summary>
    private async Task Expire(Guid orderId, CancellationToken cancellation)
    {
        try
        {
            await settlement.Expire(orderId, cancellation);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            OrderFailed(orderId, e);
        }
    }

    private async Task<List<Guid>> Due(CancellationToken cancellation)
    {
        var due = new List<Guid>();
        await using var command = database.CreateCommand(DueSql);
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = time.GetUtcNow().UtcDateTime });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            due.Add(reader.GetGuid(0));
        return due;
    }

    [LoggerMessage(LogLevel.Warning, "Unpaid reservations could not be released; trying again")]
    private partial void Failed(Exception exception);

    [LoggerMessage(LogLevel.Warning, "The reservation of order {OrderId} could not be ended; trying again")]
    private partial void OrderFailed(Guid orderId, Exception exception);
}
