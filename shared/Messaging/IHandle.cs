using Hutong.EventStore;

namespace Hutong.Messaging;

/// <summary>
/// What a service does about a message: it answers a unit of work, which is committed together with the message's
/// inbox entry, so the effect happens once however often the message is delivered.
/// </summary>
/// <typeparam name="TMessage">The contract.</typeparam>
public interface IHandle<in TMessage> where TMessage : class
{
    /// <summary>
    /// Decides what the message changes. Runs again with fresh reads when another writer was faster, and when it
    /// throws; so no effects of its own.
    /// </summary>
    /// <returns>The unit to commit; <see cref="UnitOfWork.Empty"/> for nothing to do.</returns>
    Task<UnitOfWork> Handle(TMessage message, Delivery delivery, CancellationToken cancellation);
}
