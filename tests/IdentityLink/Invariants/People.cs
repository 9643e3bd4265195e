using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Hutong.EventStore.PersonalData;
using Hutong.IdentityLink.Erasing;
using Hutong.IdentityLink.Graph;
using Hutong.IdentityLink.Linking;
using Hutong.IdentityLink.Merging;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Platforms;
using Hutong.IdentityLink.SigningIn;
using Hutong.IdentityLink.Tests.Hosting;
using Hutong.IdentityLink.Tests.Receipts;
using Microsoft.Extensions.DependencyInjection;

namespace Hutong.IdentityLink.Tests.Invariants;

/// <summary>People who act through either of two instances, each command as its endpoint would give it.</summary>
internal sealed class People(IdentityService identity)
{
    private int turn;

    private IServiceProvider Either => identity.ServicesOf(Interlocked.Increment(ref turn) % 2);

    private static AccountProof SignedIn => new("account-weibo:of-the-session", DateTimeOffset.UtcNow);

    public static PlatformAccount Account(string subject) => new("weibo", subject, null);

    public string StreamOf(PlatformAccount account) => Get<AccountStreams>().Of(account.Platform, account.Subject);

    public async Task<Guid> SignIn(PlatformAccount account) =>
        (await Get<SigningInWithAccount>().Handle(account, CancellationToken.None)).Value!.PersonId;

    public async Task<Outcome<string>> Link(Guid person, PlatformAccount account) =>
        await Get<LinkingAccounts>().Handle(person, new LinkAccount(await Prove(person, account), SignedIn, "text"), CancellationToken.None);

    public Task<Outcome<string>> Unlink(Guid person, string account) =>
        Get<UnlinkingAccounts>().Handle(person, new UnlinkAccount(account, SignedIn), CancellationToken.None);

    public async Task<Outcome<MergeDecision>> Merge(Guid person, PlatformAccount of, bool keepOther = false) =>
        await Get<MergingPersons>().Merge(
            person, new MergePersons(await Prove(person, of), keepOther, SignedIn), CancellationToken.None);

    public Task<Outcome<MergeDecision>> Undo(Guid person, Guid merge) =>
        Get<MergingPersons>().Undo(person, new UndoMerge(merge, SignedIn), CancellationToken.None);

    public Task Consent(Guid person, string client) =>
        Get<GivingConsent>().Handle(person, new GiveConsent(client, ["openid"], "1"), CancellationToken.None);

    public Task Withdraw(Guid person, string client) =>
        Get<WithdrawingConsent>().Handle(person, new WithdrawConsent(client), CancellationToken.None);

    public async Task<string> SubjectOf(Guid person, string sector) =>
        (await Get<AssigningSubjects>().Handle(person, sector, CancellationToken.None)).Value!;

    public Task Erase(Guid person) =>
        Get<ErasingPersons>().Handle(person, new ErasePerson(DateTimeOffset.UtcNow), CancellationToken.None);

    /// <summary>A person's accounts at some time, all pages of them.</summary>
    public async Task<List<string>> AccountsAt(Guid person, AsOf when)
    {
        var accounts = new List<string>();
        for (var next = ""; next is not null;)
        {
            var page = (await Get<GraphInTime>().AccountsOf(person, when, next.Length == 0 ? null : next, limit: 2, CancellationToken.None)).Value!;
            accounts.AddRange(page.Accounts.Select(account => account.Account));
            next = page.Next;
        }
        return accounts;
    }

    public async Task<Guid?> OwnerAt(string account, AsOf when) =>
        (await Get<GraphInTime>().OwnerOf(account, when, CancellationToken.None)).PersonId;

    /// <summary>A person as their stream was at a time.</summary>
    public async Task<Person> Read(Guid person, DateTimeOffset at) =>
        (await Get<IEventStore>().Load(Person.Fold, Person.StreamOf(person), new ReadUntil(ToTime: at))).State;

    public async Task<Person> Read(Guid person) =>
        (await Get<IEventStore>().Load(Person.Fold, Person.StreamOf(person))).State;

    public async Task<Guid?> OwnerOf(string account) =>
        (await Get<IEventStore>().Load(IdentityLink.Persons.Account.Fold, account)).State.Owner;

    /// <summary>What partners were told of these persons' subs, in the order of the log.</summary>
    public async Task<IEnumerable<object>> NoticesTo(IEnumerable<Guid> persons)
    {
        var events = new List<StoredEvent>();
        foreach (var person in persons)
            events.AddRange((await Get<IEventStore>().ReadStream(Person.StreamOf(person))).Events);
        return events.OrderBy(e => e.Position).Select(e => e.Data).Where(e => e is SubjectSucceeded or SubjectReinstated);
    }

    /// <summary>
    /// What must hold of these people whatever they did: an account has one owner and the owner has it; whoever acts has
    /// a way in; the rows that sessions and tokens are looked up by say the same as the streams; and the receipts of a
    /// person, one after the other, come to the accounts that lead to them.
    /// </summary>
    public async Task ShouldBeSound(IReadOnlyCollection<Guid> persons, IEnumerable<PlatformAccount> accounts)
    {
        var read = new Dictionary<Guid, Person>();
        foreach (var person in persons)
            read[person] = await Read(person);
        foreach (var account in accounts)
        {
            var stream = StreamOf(account);
            var owner = await OwnerOf(stream);
            var holders = read.Values.Where(person => person.Find(stream) is not null).Select(person => person.Id).ToArray();
            holders.ShouldBe(owner is { } one ? [one] : []);
            (await identity.Count("select count(*) from linked_account where account = $1 and person_id = $2", stream, owner ?? Guid.Empty))
                .ShouldBe(owner is null ? 0 : 1);
        }
        foreach (var person in read.Values)
        {
            (person.Accounts.Any() == person.IsActive).ShouldBeTrue("whoever acts has a way in, and nobody else has any");
            var rows = await identity.Subjects(person.Id);
            rows.ShouldBe(person.Subjects.Select(subject => (subject.Key, subject.Value)), ignoreOrder: true);
            var receipts = ReceiptReading.Chained((await Get<IEventStore>().ReadStream(Person.StreamOf(person.Id))).Events);
            receipts.Aggregate(Enumerable.Empty<string>(), (held, receipt) => held.Except(receipt.Lost).Concat(receipt.Gained))
                .ShouldBe(person.Accounts, ignoreOrder: true);
        }
    }

    private async Task<ProvedAccount> Prove(Guid person, PlatformAccount account)
    {
        var key = (await Get<PersonKeys>().Find(person))!;
        return new ProvedAccount(StreamOf(account), account.Platform, key.Seal(account.Subject), null, [], DateTimeOffset.UtcNow);
    }

    private T Get<T>() where T : notnull => Either.GetRequiredService<T>();
}
