using Hutong.EventStore;
using Hutong.Messaging.Parking;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace Hutong.Messaging.Consuming;

/// <summary>
/// Consumes one contract of one queue. It returns only when the message's effect is durable (or was before) or the
/// message is parked, so the broker's acknowledgement is true.
/// </summary>
internal sealed partial class QueueConsumer<TMessage>(
    string queue, KeyTurns turns, Gaps gaps, SchemaReady schema, MessageDispatcher dispatcher, ParkedMessages parked, ILogger<QueueConsumer<TMessage>> log)
    : IConsumer<TMessage>
    where TMessage : class
{
    private const int Attempts = 6;

    /// <exception cref="GapException">Its predecessor has not come: the broker takes it back and delivers that first.</exception>
    public async Task Consume(ConsumeContext<TMessage> context)
    {
        var cancellation = context.CancellationToken;
        var delivery = Delivery.Of(context);
        await schema.Wait(cancellation);
        using var turn = await turns.Take(delivery.OrderKey, delivery.Version, cancellation);
        for (var look = 1; await Settle(context, delivery) is { } gap; look++)
        {
            if (gaps.IsTooOld(delivery.MessageId))
            {
                GapParked(queue, delivery.MessageId, delivery.OrderKey, delivery.Previous, gap.Applied);
                await Park(context, delivery, $"follows {delivery.Previous}, but {gap.Applied} was applied last");
                break;
            }
            if (look == Gaps.Looks)
            {
                turn.SendLaterAway();
                throw new GapException();
            }
            await turn.StepAside(Gaps.Pause(look), cancellation);
        }
        gaps.Forget(delivery.MessageId);
    }

    /// <summary>Applies the message or parks it. Answers the gap when the message before it is missing.</summary>
    private async Task<CommitResult.OutOfOrder?> Settle(ConsumeContext<TMessage> context, Delivery delivery)
    {
        var cancellation = context.CancellationToken;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var result = await dispatcher.Dispatch(queue, context.Message, delivery, [], cancellation);
                return result is not CommitResult.OutOfOrder gap || await ParkBehind(context, delivery) ? null : gap;
            }
            catch (Exception e) when (Outage.Is(e))
            {
                // Nothing can be applied and nothing parked: hold the message until the database is back. A stop
                // cancels the wait, and the broker delivers the message again.
                DatabaseAway(queue, delivery.MessageId);
                attempt = 0;
                await Outage.Wait(cancellation);
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested)
            {
                if (await ParkBehind(context, delivery))
                    return null;
                if (attempt == Attempts)
                {
                    Parked(queue, delivery.MessageId, e);
                    await Park(context, delivery, e.GetBaseException().GetType().Name);
                    return null;
                }
                Retrying(queue, delivery.MessageId, attempt, e);
                // In its turn, so that later messages of the key wait behind it: order is kept.
                await Task.Delay(TimeSpan.FromMilliseconds(20 << attempt), cancellation);
            }
        }
    }

    private Task<bool> Park(ConsumeContext context, Delivery delivery, string reason) => Outage.Outlast(
        () => parked.Park(Message(context, delivery), reason, context.CancellationToken), context.CancellationToken);

    private Task<bool> ParkBehind(ConsumeContext context, Delivery delivery) => Outage.Outlast(
        () => parked.ParkBehind(Message(context, delivery), context.CancellationToken), context.CancellationToken);

    private IncomingMessage Message(ConsumeContext context, Delivery delivery) =>
        new(queue, delivery.MessageId, delivery.OrderKey, delivery.Version, ParkedMessages.Text(context.ReceiveContext.Body));

    [LoggerMessage(LogLevel.Warning, "Queue {Queue}: the database is away; message {MessageId} waits")]
    private partial void DatabaseAway(string queue, Guid messageId);

    [LoggerMessage(LogLevel.Warning, "Queue {Queue}: message {MessageId} failed, attempt {Attempt}")]
    private partial void Retrying(string queue, Guid messageId, int attempt, Exception exception);

    [LoggerMessage(LogLevel.Error, "Queue {Queue}: message {MessageId} of {OrderKey} is parked: it follows {Previous}, but {Applied} was applied last")]
    private partial void GapParked(string queue, Guid messageId, string orderKey, long previous, long applied);

    [LoggerMessage(LogLevel.Error, "Queue {Queue}: message {MessageId} is parked; mend the cause, then replay")]
    private partial void Parked(string queue, Guid messageId, Exception exception);
}
