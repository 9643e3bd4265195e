using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Hutong.IdentityLink.Linking;
using Hutong.IdentityLink.Provider;

namespace Hutong.IdentityLink.Persons;

/// <summary>Let a partner have these scopes.</summary>
/// <param name="ClientId">The partner's client.</param>
/// <param name="Scopes">What was shown.</param>
/// <param name="TextVersion">The version of the text that was shown.</param>
public sealed record GiveConsent(string ClientId, IReadOnlyList<string> Scopes, string TextVersion)
{
    /// <summary>Decides a consent; nothing where it was given before. What was given in the same text stays given.</summary>
    public static IReadOnlyList<object> Decide(GiveConsent command, Person person)
    {
        if (person.Consented(command.ClientId, command.Scopes, command.TextVersion))
            return [];
        var before = person.Has.Consents
            .Where(held => held.ClientId == command.ClientId && held.TextVersion == command.TextVersion && held.Origin == person.Id)
            .SelectMany(held => held.Scopes)
            .ToHashSet(StringComparer.Ordinal);
        return [new ConsentGiven(
            command.ClientId,
            [.. Provider.Scopes.All.Where(scope => before.Contains(scope) || command.Scopes.Contains(scope))],
            command.TextVersion)];
    }
}

/// <summary>Carries out consents.</summary>
public sealed class GivingConsent(IEventStore store, CommandRunner runner)
{
    /// <summary>Remembers a consent.</summary>
    public Task<Outcome<GiveConsent>> Handle(Guid personId, GiveConsent command, CancellationToken cancellation) =>
        runner.Run<GiveConsent>(async cancellation =>
        {
            var person = await store.Load(Person.Fold, Person.StreamOf(personId), cancellation: cancellation);
            if (!person.State.IsActive)
                return new Rejection(LinkDecision.UnknownPerson);
            var events = GiveConsent.Decide(command, person.State);
            return new(command, events.Count == 0
                ? null
                : new UnitOfWork { Headers = new(Actor: personId.ToString()) }.With(person.Append(events)));
        }, cancellation);
}
