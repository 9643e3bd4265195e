using Hutong.EventStore;
using Microsoft.Extensions.DependencyInjection;

namespace Hutong.Messaging.Consuming;

/// <summary>
/// Applies one message: handler, then commit with the inbox entry. The live consumer and the replay of parked
/// messages both go through here.
/// </summary>
internal sealed class MessageDispatcher(IEventStore store, IServiceProvider services)
{
    private const int Attempts = 8;

    /// <returns>Committed, already handled, or out of order.</returns>
    /// <exception cref="InvalidOperationException">Other writers kept winning.</exception>
    public async Task<CommitResult> Dispatch<TMessage>(
        string queue, TMessage message, Delivery delivery, IReadOnlyList<RowWrite> rows, CancellationToken cancellation)
        where TMessage : class
    {
        var handler = services.GetKeyedService<IHandle<TMessage>>(queue);
        CommitResult result = new CommitResult.AlreadyHandled();
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            var work = handler is null ? UnitOfWork.Empty : await handler.Handle(message, delivery, cancellation);
            result = await store.Commit(Complete(work, queue, delivery).With(rows), cancellation);
            if (result is not (CommitResult.Conflict or CommitResult.ClaimTaken or CommitResult.ReferenceGone))
                return result;
            await Task.Delay(Random.Shared.Next(1, 5 * attempt), cancellation);
        }
        throw new InvalidOperationException($"Other writers were faster {Attempts} times: {result}.");
    }

    private static UnitOfWork Complete(UnitOfWork work, string queue, Delivery delivery) => work with
    {
        Inbox = new InboxEntry(queue, delivery.MessageId, delivery.OrderKey, delivery.Version, delivery.Previous),
        Headers = work.Headers with
        {
            CorrelationId = work.Headers.CorrelationId ?? delivery.CorrelationId,
            CausationId = work.Headers.CausationId ?? delivery.MessageId.ToString(),
            Actor = work.Headers.Actor ?? delivery.Actor,
        },
    };
}
