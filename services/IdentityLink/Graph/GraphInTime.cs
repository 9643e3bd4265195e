using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Hutong.EventStore.PersonalData;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Profile;

namespace Hutong.IdentityLink.Graph;

/// <summary>A person's accounts at some time.</summary>
/// <param name="PersonId">The person.</param>
/// <param name="MergedInto">Who is the same human and has their accounts; null for nobody.</param>
/// <param name="AsOf">When that was so, UTC; null for now.</param>
/// <param name="KnownAt">Until when what is recorded counted, UTC; null for all of it.</param>
/// <param name="Accounts">The accounts, the first linked first. Names that cannot be read any more are null.</param>
/// <param name="Next">Pass as <c>after</c> for the next; null where these are the last.</param>
public sealed record AccountsInTime(
    Guid PersonId, Guid? MergedInto, DateTimeOffset? AsOf, DateTimeOffset? KnownAt, IReadOnlyList<MyAccount> Accounts, string? Next);

/// <summary>Whose an account was at some time.</summary>
/// <param name="Account">The account's stream id, also where it was asked for by another of its names.</param>
/// <param name="PersonId">The owner; null where it was nobody's.</param>
/// <param name="LinkedAt">Since when, UTC; null where it was nobody's.</param>
public sealed record OwnerInTime(string Account, Guid? PersonId, DateTimeOffset? LinkedAt);

/// <summary>
/// Who was linked to whom at any time, folded from the streams when somebody asks. A link is dated: it holds from its
/// claim to its release. That two persons are one human is not: while a merge holds, by what is known, they always were,
/// and once it is undone they never were. See docs/adr/0013.
/// </summary>
public sealed class GraphInTime(IEventStore store, PersonKeys keys)
{
    /// <summary>The cursor was not made by us for this list.</summary>
    public const string InvalidCursor = "invalid_cursor";

    private const int DefaultPage = 50;
    private const int MaxPage = 100;

    /// <summary>A person as if never erased: that takes away what they had, and not who they were.</summary>
    private static readonly Fold<Person> Remembered =
        new(Person.Fold.Initial, (person, @event) => @event is PersonErased ? person : Person.Fold.Evolve(person, @event));

    /// <summary>The accounts that a person had.</summary>
    /// <param name="personId">The person.</param>
    /// <param name="when">When.</param>
    /// <param name="after">The last account of the page before; null for the first page.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <returns>The accounts, or <see cref="InvalidCursor"/>.</returns>
    public async Task<Outcome<AccountsInTime>> AccountsOf(
        Guid personId, AsOf when, string? after, int? limit, CancellationToken cancellation)
    {
        var person = await Load(personId, when, cancellation);
        if (person.MergedInto is { } into)
            return new AccountsInTime(personId, into, when.True, when.Known, [], null);
        var links = await LinksBy(SameHuman(person, personId), when, cancellation);
        var first = after is null ? 0 : links.FindIndex(linked => AccountOf(linked) == after) + 1;
        if (after is not null && first == 0)
            return new Rejection(InvalidCursor);

        var size = Math.Clamp(limit ?? DefaultPage, 1, MaxPage);
        var held = new List<(StoredEvent Linked, DateTimeOffset Since)>();
        for (var i = first; i < links.Count && held.Count <= size; i++)
        {
            if (await LinkOf(AccountOf(links[i]), when, cancellation) is { } link && link.By == Person.IdOf(links[i].StreamId))
                held.Add((links[i], link.Since));
        }
        var page = held.Take(size).ToList();
        var opened = await KeysFor(personId, person, when, cancellation);
        return new AccountsInTime(
            personId, null, when.True, when.Known, [.. page.Select(it => Shown(it.Linked, it.Since, opened))],
            held.Count > size ? AccountOf(page[^1].Linked) : null);
    }

    /// <summary>Whose an account was, by the names that may be meant: the first that was somebody's, or else the first.</summary>
    public async Task<OwnerInTime> OwnerOf(IReadOnlyList<string> names, AsOf when, CancellationToken cancellation)
    {
        var owners = new List<OwnerInTime>();
        foreach (var name in names)
            owners.Add(await OwnerOf(name, when, cancellation));
        return owners.Find(owner => owner.PersonId is not null) ?? owners[0];
    }

    /// <summary>Whose an account was, by any of its names.</summary>
    public async Task<OwnerInTime> OwnerOf(string name, AsOf when, CancellationToken cancellation)
    {
        var account = await AccountNamed(name, when, cancellation);
        return await LinkOf(account, when, cancellation) is { } link
            ? new(account, await HolderOf(link.By, when, cancellation), link.Since)
            : new(account, null, null);
    }

    /// <summary>
    /// The account of a name: by its state then, or, where the name had nobody yet, as which it turned out later. A name
    /// that a platform began to send later was the account's all along.
    /// </summary>
    private async Task<string> AccountNamed(string name, AsOf when, CancellationToken cancellation)
    {
        var events = (await store.ReadStream(name, when.Until, cancellation)).Events;
        var then = when.Happened(events).ToList();
        var state = then.Aggregate(Account.Fold.Initial, (account, stored) => Account.Fold.Evolve(account, stored.Data));
        if (state.Owner is null && events.Skip(then.Count).FirstOrDefault() is { } next)
            state = Account.Fold.Evolve(state, next.Data);
        return state.AliasOf ?? name;
    }

    /// <summary>The link of an account. Merging and splitting move the account, and the link stays whose it was.</summary>
    private async Task<Link?> LinkOf(string account, AsOf when, CancellationToken cancellation) =>
        when.Happened((await store.ReadStream(account, when.Until, cancellation)).Events)
            .Aggregate((Link?)null, (link, stored) => stored.Data switch
            {
                AccountClaimed e => new(e.PersonId, stored.Timestamp),
                AccountReleased => null,
                _ => link,
            });

    /// <summary>The latest link of every account that these persons had linked, over or not; the first linked first.</summary>
    private async Task<List<StoredEvent>> LinksBy(IEnumerable<Guid> persons, AsOf when, CancellationToken cancellation)
    {
        var linked = new List<StoredEvent>();
        foreach (var person in persons)
        {
            var events = (await store.ReadStream(Person.StreamOf(person), when.Until, cancellation)).Events;
            linked.AddRange(when.Happened(events).Where(stored => stored.Data is AccountLinked));
        }
        return [.. linked.GroupBy(AccountOf).Select(links => links.MaxBy(stored => stored.Position)!).OrderBy(stored => stored.Position)];
    }

    /// <summary>Who has what a person brought. In streams cut by slightly different clocks two persons may each be in the other.</summary>
    private async Task<Guid> HolderOf(Guid person, AsOf when, CancellationToken cancellation)
    {
        HashSet<Guid> passed = [];
        while (passed.Add(person) && (await Load(person, when, cancellation)).MergedInto is { } into)
            person = into;
        return person;
    }

    /// <summary>
    /// What opens the names of accounts: the keys of those who are the same human by what is known today. Whoever was told
    /// apart again is not shown the other's names by a look at the time in between.
    /// </summary>
    private async Task<IReadOnlyDictionary<Guid, PersonKey>> KeysFor(Guid personId, Person then, AsOf when, CancellationToken cancellation)
    {
        var today = when.Known is null ? then : await Load(personId, AsOf.Now, cancellation);
        return await keys.Find([.. SameHuman(today, personId)], cancellation);
    }

    private async Task<Person> Load(Guid personId, AsOf when, CancellationToken cancellation) =>
        (await store.Load(Remembered, Person.StreamOf(personId), when.Until, cancellation)).State;

    private static IEnumerable<Guid> SameHuman(Person person, Guid personId) =>
        person.Has.Absorptions.Select(merge => merge.From).Prepend(personId);

    private static string AccountOf(StoredEvent linked) => ((AccountLinked)linked.Data).Account;

    private static MyAccount Shown(StoredEvent linked, DateTimeOffset since, IReadOnlyDictionary<Guid, PersonKey> opened)
    {
        var link = (AccountLinked)linked.Data;
        return new(link.Account, link.Platform, opened.GetValueOrDefault(link.PersonId)?.OpenOptional(link.Nickname), since);
    }

    private sealed record Link(Guid By, DateTimeOffset Since);
}
