using Hutong.EventStore;
using Hutong.Messaging.Parking;
using MassTransit;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hutong.Messaging.Consuming;

/// <summary>
/// Consumes one contract of one queue. It returns only when the effect is durable (or was before), so the broker's
/// acknowledgement is true; what cannot be applied after a few tries is thrown, and parked by the endpoint's error pipe.
/// </summary>
internal sealed partial class QueueConsumer<TMessage>(
    string queue, MessageDispatcher dispatcher, ParkedMessages parked, ILogger<QueueConsumer<TMessage>> log) : IConsumer<TMessage>
    where TMessage : class
{
    private const int Attempts = 6;

    public async Task Consume(ConsumeContext<TMessage> context)
    {
        var delivery = Delivery.Of(context);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                switch (await dispatcher.Dispatch(queue, context.Message, delivery, [], context.CancellationToken))
                {
                    case CommitResult.OutOfOrder gap when attempt == Attempts || await parked.HoldsKey(queue, delivery.OrderKey, context.CancellationToken):
                        throw new OutOfOrderException(delivery, gap.Applied);
                    case CommitResult.OutOfOrder:
                        break;
                    default:
                        return;
                }
            }
            catch (Exception e) when (IsOutage(e))
            {
                // Nothing can be applied and nothing parked: hold the message until the database is back. A stop
                // cancels the wait, and the broker delivers the message again.
                DatabaseAway(queue, delivery.MessageId);
                attempt = 0;
                await Task.Delay(TimeSpan.FromSeconds(1), context.CancellationToken);
                continue;
            }
            catch (Exception e) when (e is not (OutOfOrderException or OperationCanceledException) && attempt < Attempts)
            {
                Retrying(queue, delivery.MessageId, attempt, e);
            }
            // In memory, so that later messages of the key wait behind this one: order is kept.
            await Task.Delay(TimeSpan.FromMilliseconds(20 << attempt), context.CancellationToken);
        }
    }

    private static bool IsOutage(Exception e) => e is NpgsqlException and not PostgresException
        or PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow };

    [LoggerMessage(LogLevel.Warning, "Queue {Queue}: the database is away; message {MessageId} waits")]
    private partial void DatabaseAway(string queue, Guid messageId);

    [LoggerMessage(LogLevel.Warning, "Queue {Queue}: message {MessageId} failed, attempt {Attempt}")]
    private partial void Retrying(string queue, Guid messageId, int attempt, Exception exception);
}

/// <summary>An earlier message of the same key is missing or parked.</summary>
internal sealed class OutOfOrderException(Delivery delivery, long applied)
    : InvalidOperationException($"{delivery.OrderKey}: version {delivery.Version} follows {delivery.Previous}, but {applied} was applied last.");
