using System.Buffers.Text;
using System.Security.Cryptography;
using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Hutong.IdentityLink.Linking;

namespace Hutong.IdentityLink.Persons;

/// <summary>Give the person a <c>sub</c> in a sector unless they have one.</summary>
/// <param name="Sector">The sector.</param>
/// <param name="Candidate">A random <c>sub</c>, taken if one is needed.</param>
public sealed record AssignSubject(string Sector, string Candidate)
{
    /// <summary>Decides which <c>sub</c> the person has, and the events of getting it.</summary>
    public static (string Subject, IReadOnlyList<object> Events) Decide(AssignSubject command, Person person) =>
        person.SubjectIn(command.Sector) is { } known
            ? (known, [])
            : (command.Candidate, [new SubjectAssigned(command.Sector, command.Candidate)]);
}

/// <summary>Pairwise subjects (OpenID Connect Core, section 8.1), assigned once by an event and never computed from the person.</summary>
public sealed class AssigningSubjects(IEventStore store, CommandRunner runner)
{
    private const int SubjectBytes = 16;

    /// <summary>The person's <c>sub</c> in a sector.</summary>
    public Task<Outcome<string>> Handle(Guid personId, string sector, CancellationToken cancellation) =>
        runner.Run<string>(async cancellation =>
        {
            var person = await store.Load(Person.Fold, Person.StreamOf(personId), cancellation: cancellation);
            if (!person.State.IsActive)
                return new Rejection(LinkDecision.UnknownPerson);
            var candidate = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SubjectBytes));
            var (subject, events) = AssignSubject.Decide(new(sector, candidate), person.State);
            if (events.Count == 0)
                return new(subject);
            return new(subject, new UnitOfWork { Headers = new(Actor: personId.ToString()) }
                .With(person.Append(events))
                .With(SubjectRows.Difference(person.State, person.State.After(events))));
        }, cancellation);
}
