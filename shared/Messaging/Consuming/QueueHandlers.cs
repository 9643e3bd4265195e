using Hutong.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace Hutong.Messaging.Consuming;

/// <summary>The handlers of one queue. A contract of a bound family without a handler is acknowledged, and still counts in its key's order.</summary>
public sealed class QueueHandlers
{
    private readonly IServiceCollection services;

    internal QueueHandlers(Queue queue, IServiceCollection services) => (Queue, this.services) = (queue, services);

    internal Queue Queue { get; }

    internal IEnumerable<Type> Messages => Queue.Families.SelectMany(f => f.Messages);

    /// <summary>Handles a contract of the queue's families. The handler is a singleton.</summary>
    /// <exception cref="ArgumentException">The queue is not bound to the contract.</exception>
    public QueueHandlers Handle<TMessage, THandler>()
        where TMessage : class
        where THandler : class, IHandle<TMessage>
    {
        if (!Messages.Contains(typeof(TMessage)))
            throw new ArgumentException($"Queue {Queue.Name} is not bound to {typeof(TMessage).Name}; see the topology.");
        services.AddKeyedSingleton<IHandle<TMessage>, THandler>(Queue.Name);
        return this;
    }
}
