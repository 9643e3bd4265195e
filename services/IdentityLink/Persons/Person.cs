using System.Collections.Immutable;
using Hutong.EventStore;

namespace Hutong.IdentityLink.Persons;

/// <summary>One human, as their stream tells.</summary>
/// <param name="Id">The person; empty before registration.</param>
/// <param name="Accounts">Stream ids of the linked accounts.</param>
/// <param name="Consents">What was last agreed to, by client.</param>
/// <param name="Subjects">The pairwise <c>sub</c> by sector.</param>
public sealed record Person(
    Guid Id,
    ImmutableHashSet<string> Accounts,
    ImmutableDictionary<string, Consent> Consents,
    ImmutableDictionary<string, string> Subjects)
{
    /// <summary>How the stream becomes the person.</summary>
    public static Fold<Person> Fold { get; } = new(
        new(Guid.Empty, [], ImmutableDictionary<string, Consent>.Empty, ImmutableDictionary<string, string>.Empty),
        Evolve);

    /// <summary>Whether there is such a person.</summary>
    public bool IsRegistered => Id != Guid.Empty;

    /// <summary>A person's stream id.</summary>
    public static string StreamOf(Guid id) => $"person-{id}";

    /// <summary>Whether the person agreed to all these scopes, in this version of the text.</summary>
    public bool Consented(string clientId, IEnumerable<string> scopes, string textVersion) =>
        Consents.TryGetValue(clientId, out var consent)
        && consent.TextVersion == textVersion
        && scopes.All(consent.Scopes.Contains);

    private static Person Evolve(Person person, object @event) => @event switch
    {
        PersonRegistered e => person with { Id = e.PersonId },
        AccountLinked e => person with { Accounts = person.Accounts.Add(e.Account) },
        ConsentGiven e => person with { Consents = person.Consents.SetItem(e.ClientId, new([.. e.Scopes], e.TextVersion)) },
        SubjectAssigned e => person with { Subjects = person.Subjects.SetItem(e.Sector, e.Subject) },
        _ => person,
    };
}

/// <summary>What a person agreed to.</summary>
/// <param name="Scopes">The scopes.</param>
/// <param name="TextVersion">The version of the text.</param>
public sealed record Consent(ImmutableHashSet<string> Scopes, string TextVersion);
