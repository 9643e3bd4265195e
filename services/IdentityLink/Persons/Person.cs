using Hutong.EventStore;
using Hutong.IdentityLink.Receipts;

namespace Hutong.IdentityLink.Persons;

/// <summary>One human, as their stream tells.</summary>
public sealed record Person
{
    private const string Prefix = "person-";

    /// <summary>How the stream becomes the person.</summary>
    public static Fold<Person> Fold { get; } = new(new Person(), Evolve);

    /// <summary>The person; empty before registration.</summary>
    public Guid Id { get; private init; }

    /// <summary>What they have.</summary>
    public Belongings Has { get; private init; } = Belongings.None;

    /// <summary>Who turned out to be the same human and has everything now; null while that is nobody.</summary>
    public Guid? MergedInto { get; private init; }

    /// <summary>What was attested of who leads to the person. A merge ends it for the one who is absorbed, and a split goes on with it.</summary>
    public ReceiptChain Receipts { get; private init; } = ReceiptChain.Empty;

    /// <summary>The recovery code that they made last and have not used; null where there is none.</summary>
    public Guid? RecoveryCode { get; private init; }

    /// <summary>How they were recovered last; null where they never were.</summary>
    public PersonRecovered? Recovered { get; private init; }

    /// <summary>Whether there is such a person.</summary>
    public bool IsRegistered => Id != Guid.Empty;

    /// <summary>Whether they wanted to be forgotten.</summary>
    public bool IsErased { get; private init; }

    /// <summary>Whether the person can act: registered, not merged into another and not erased.</summary>
    public bool IsActive => IsRegistered && MergedInto is null && !IsErased;

    /// <summary>Stream ids of the linked accounts.</summary>
    public IEnumerable<string> Accounts => Has.Accounts.Select(held => held.Account);

    /// <summary>A person's stream id.</summary>
    public static string StreamOf(Guid id) => $"{Prefix}{id}";

    /// <summary>The person of a stream id.</summary>
    public static Guid IdOf(string stream) => Guid.Parse(stream.AsSpan(Prefix.Length));

    /// <summary>The linked account of a stream id, or null.</summary>
    public HeldAccount? Find(string account) => Has.Accounts.FirstOrDefault(held => held.Account == account);

    /// <summary>Whether the person agreed to all these scopes, in this version of the text.</summary>
    public bool Consented(string clientId, IEnumerable<string> scopes, string textVersion) =>
        Has.Consents.Where(held => held.ClientId == clientId && held.TextVersion == textVersion).ToList() is { Count: > 0 } agreed
        && scopes.All(scope => agreed.Any(held => held.Scopes.Contains(scope)));

    /// <summary>
    /// The <c>sub</c> of a sector, or null. Of several, which only a merge can bring, it is the person's own; the others
    /// wait for a split.
    /// </summary>
    public string? SubjectIn(string sector)
    {
        var known = Has.Subjects.Where(held => held.Sector == sector);
        return (known.FirstOrDefault(held => held.Origin == Id) ?? known.FirstOrDefault())?.Subject;
    }

    /// <summary>The <c>sub</c> of every sector in which there is one.</summary>
    public IReadOnlyDictionary<string, string> Subjects =>
        Has.Subjects.Select(held => held.Sector).Distinct().ToDictionary(sector => sector, sector => SubjectIn(sector)!);

    /// <summary>What the person is after an event.</summary>
    public Person After(IEnumerable<object> events) => events.Aggregate(this, Evolve);

    private static Person Evolve(Person person, object @event) => @event switch
    {
        PersonRegistered e => person with { Id = e.PersonId },
        AccountLinked e => person.With(accounts: [.. person.Has.Accounts, new HeldAccount(e.Account, person.Id, [])]),
        AccountAliased e => person.With(accounts: [.. person.Has.Accounts.Select(
            held => held.Account == e.Account ? held with { Aliases = [.. held.Aliases, e.Alias] } : held)]),
        AccountUnlinked e => person.With(accounts: [.. person.Has.Accounts.Where(held => held.Account != e.Account)]),
        ConsentGiven e => person.With(consents:
        [
            .. person.Has.Consents.Where(held => held.ClientId != e.ClientId || held.Origin != person.Id),
            new HeldConsent(e.ClientId, e.Scopes, e.TextVersion, person.Id),
        ]),
        ConsentWithdrawn e => person.With(consents: [.. person.Has.Consents.Where(held => held.ClientId != e.ClientId)]),
        SubjectAssigned e => person.With(subjects: [.. person.Has.Subjects, new HeldSubject(e.Sector, e.Subject, person.Id)]),
        PersonAbsorbed e => person with
        {
            Has = person.Has.And(e.Brought with { Absorptions = [.. e.Brought.Absorptions, new(e.MergeId, e.From, person.Id)] }),
        },
        PersonReleased e => person with { Has = person.Has.Divide(e.Released).Others },
        MergedIntoPerson e => person with { Has = Belongings.None, MergedInto = e.Into },
        PersonErased => person with { Has = Belongings.None, IsErased = true },
        PersonRestored e => person with { Has = e.Returned, MergedInto = null },
        RecoveryCodeMade e => person with { RecoveryCode = e.CodeId },
        PersonRecovered e => person with { RecoveryCode = null, Recovered = e },
        ReceiptIssued e => person with { Receipts = person.Receipts.With(e.Jws) },
        _ => person,
    };

    private Person With(
        IReadOnlyList<HeldAccount>? accounts = null, IReadOnlyList<HeldConsent>? consents = null, IReadOnlyList<HeldSubject>? subjects = null) =>
        this with
        {
            Has = Has with { Accounts = accounts ?? Has.Accounts, Consents = consents ?? Has.Consents, Subjects = subjects ?? Has.Subjects },
        };
}
