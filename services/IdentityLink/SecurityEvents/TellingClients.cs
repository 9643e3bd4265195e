using Hutong.EventStore;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Provider;

namespace Hutong.IdentityLink.SecurityEvents;

/// <summary>Which clients are to be told of an event on a person's stream, and of what: those that know the person, and have their consent.</summary>
internal static class TellingClients
{
    /// <summary>What is to be told of the last of a person's events.</summary>
    /// <param name="events">The person's events up to and with the one in question.</param>
    /// <param name="clients">The clients that want to be told.</param>
    public static IReadOnlyList<SecurityEvent> Of(IReadOnlyList<StoredEvent> events, IReadOnlyList<Client> clients)
    {
        var it = events[^1];
        var before = State(events.SkipLast(1));
        return it.Data switch
        {
            AccountLinked or PersonAbsorbed => [.. Knowing(before).Select(known => Told(known, SecurityEventKinds.AccountLinked))],
            AccountUnlinked or PersonReleased => [.. Knowing(State(events)).Select(known => Told(known, SecurityEventKinds.AccountUnlinked))],
            ConsentWithdrawn e =>
                [.. Knowing(before).Where(known => known.Client.Id == e.ClientId).Select(known => Told(known, SecurityEventKinds.ConsentWithdrawn))],
            PersonErased => [.. Knowing(before).Select(known => Told(known, SecurityEventKinds.AccountErased))],
            SubjectSucceeded e => [.. Of(before, e.Sector).Select(client =>
                Told((client, e.Subject), SecurityEventKinds.SubjectSucceeded, e.SucceededBy))],
            // Whoever was released took their consents along: the clients are those that knew the two as one.
            SubjectReinstated e => [.. Of(State(events.Take(BeforeRelease())), e.Sector).Select(client =>
                Told((client, e.Subject), SecurityEventKinds.SubjectReinstated, e.SeparatedFrom))],
            _ => [],
        };

        SecurityEvent Told((Client Client, string Subject) known, string kind, string? other = null) =>
            new(Guid.CreateVersion7(), known.Client.Id, known.Subject, kind, other, Sid: null, it.Timestamp);

        IEnumerable<(Client Client, string Subject)> Knowing(Person person) =>
            from client in clients
            where Consented(person, client)
            let subject = person.SubjectIn(client.Sector)
            where subject is not null
            select (client, subject);

        IEnumerable<Client> Of(Person person, string sector) => clients.Where(client => client.Sector == sector && Consented(person, client));

        int BeforeRelease() => events.Index().Last(indexed => indexed.Item.Data is PersonReleased).Index;
    }

    private static bool Consented(Person person, Client client) =>
        client.IsSite || person.Has.Consents.Any(held => held.ClientId == client.Id);

    private static Person State(IEnumerable<StoredEvent> events) => Person.Fold.Initial.After(events.Select(e => e.Data));
}
