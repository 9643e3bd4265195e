using Hutong.Contracts;
using Hutong.EventStore;

namespace Hutong.Messaging.Publishing;

/// <summary>
/// Which stored events become which integration events. The mapping is by type alone: an event type is always
/// published or never, so that a message's <c>previous</c> is well defined.
/// </summary>
public sealed class PublishedEvents
{
    private static readonly Dictionary<Type, Family> FamilyOf = Topology.Families
        .SelectMany(f => f.Messages.Select(m => (Message: m, Family: f)))
        .ToDictionary(x => x.Message, x => x.Family);

    private static readonly HashSet<Type> Consumed = [.. Topology.Queues.SelectMany(q => q.Families).SelectMany(f => f.Messages)];

    private readonly Dictionary<Type, (Family Family, Func<StoredEvent, object> Map)> maps = [];

    /// <summary>Publishes a stored event as a contract. A contract that no queue binds is left out.</summary>
    /// <exception cref="ArgumentException">The contract is in no family of <see cref="Topology"/>, or the event is mapped already.</exception>
    public PublishedEvents On<TEvent, TContract>(Func<TEvent, StoredEvent, TContract> map)
        where TEvent : notnull
        where TContract : class
    {
        if (!FamilyOf.TryGetValue(typeof(TContract), out var family))
            throw new ArgumentException($"{typeof(TContract).Name} is in no family of the topology.");
        if (Consumed.Contains(typeof(TContract)))
            maps.Add(typeof(TEvent), (family, stored => map((TEvent)stored.Data, stored)));
        return this;
    }

    internal IReadOnlyCollection<Type> EventTypes => maps.Keys;

    internal (Family Family, object Message)? Map(StoredEvent stored) =>
        maps.TryGetValue(stored.Data.GetType(), out var entry) ? (entry.Family, entry.Map(stored)) : null;
}
