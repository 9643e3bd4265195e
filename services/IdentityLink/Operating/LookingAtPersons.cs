using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Hutong.EventStore.PersonalData;
using Hutong.IdentityLink.Persons;

namespace Hutong.IdentityLink.Operating;

/// <summary>What an operator can look at.</summary>
public static class Look
{
    /// <summary>The accounts.</summary>
    public const string Accounts = "accounts";
}

/// <summary>
/// Records that an operator looks at a person, on the person's own stream. To be awaited before anything is told: a look
/// that left no event did not happen.
/// </summary>
public sealed class LookingAtPersons(IEventStore store, CommandRunner runner, PersonKeys keys)
{
    /// <summary>There is no person of this id.</summary>
    public const string NoSuchPerson = "no_such_person";

    /// <summary>Records a look.</summary>
    /// <param name="operatorId">Who looks.</param>
    /// <param name="personId">At whom.</param>
    /// <param name="what">At what, see <see cref="Look"/>.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellation">Ends it before its commit.</param>
    /// <returns>The person, or <see cref="NoSuchPerson"/>.</returns>
    public Task<Outcome<Guid>> Record(
        Guid operatorId, Guid personId, string what, OperationReason reason, CancellationToken cancellation) =>
        runner.Run<Guid>(async cancellation =>
        {
            var stream = Person.StreamOf(personId);
            if ((await store.ReadStream(stream, new ReadUntil(ToVersion: 1), cancellation)).Version == 0)
                return new Rejection(NoSuchPerson);
            var key = await keys.Find(personId, cancellation);
            return new(personId, new UnitOfWork { Headers = new(Actor: operatorId.ToString()) }.With(new StreamAppend(
                stream, Expected.Exists, [new PersonViewedByOperator(operatorId, what, key?.Seal(reason.Text))])));
        }, cancellation);
}
