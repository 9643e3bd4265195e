using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Hutong.EventStore.PersonalData;
using Hutong.IdentityLink.Limits;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Platforms;
using Hutong.IdentityLink.Receipts;

namespace Hutong.IdentityLink.SigningIn;

/// <summary>Let in whoever the account belongs to; register a person if it belongs to nobody.</summary>
/// <param name="Platform">Its platform.</param>
/// <param name="IfNew">The person to register if need be.</param>
/// <param name="LetIn">Whom the proof of the account lets in.</param>
public sealed record SignInWithAccount(string Platform, NewPerson IfNew, LetIn LetIn = LetIn.Anybody);

/// <summary>Whom the proof of an account lets in.</summary>
public enum LetIn
{
    /// <summary>Its owner, or a person who is new to us.</summary>
    Anybody,

    /// <summary>Its owner: an account that is nobody's any more leads to nobody.</summary>
    Owner,

    /// <summary>A person who is new to us: the account was only just made, and making it does not prove that one owns it.</summary>
    NewPerson,
}

/// <summary>What is needed to register a person: an id, and the account's data sealed with that person's new key.</summary>
public sealed record NewPerson(Guid Id, Sealed Subject, Sealed? Nickname);

/// <summary>What a sign-in writes.</summary>
/// <param name="PersonId">Who signed in.</param>
/// <param name="Registered">Whether the person is new.</param>
/// <param name="PersonEvents">For the person's stream. The account's names are claimed along with them.</param>
public sealed record SignInDecision(Guid PersonId, bool Registered, IReadOnlyList<object> PersonEvents)
{
    /// <summary>The proof does not let in whom it would have to.</summary>
    public const string Refused = "account_refused";

    /// <summary>Decides a sign-in. The key is the account alone: no name or address ever selects a person.</summary>
    public static Outcome<SignInDecision> Decide(SignInWithAccount command, AccountNames account)
    {
        if (command.LetIn == (account.Owner is null ? LetIn.Owner : LetIn.NewPerson))
            return new Rejection(Refused);
        var stream = account.Account;
        var aliases = account.NewAliases.Select(alias => new AccountAliased(stream, alias));
        var signedIn = new SignedIn(stream, command.Platform);
        if (account.Owner is { } owner)
            return new SignInDecision(owner, Registered: false, [.. aliases, signedIn]);

        var (id, subject, nickname) = command.IfNew;
        return new SignInDecision(
            id,
            Registered: true,
            [
                new PersonRegistered(id, command.Platform),
                new AccountLinked(id, stream, command.Platform, subject, nickname),
                .. aliases,
                signedIn,
            ]);
    }
}

/// <summary>Carries out a sign-in over the account's and the person's streams.</summary>
public sealed class SigningInWithAccount(
    IEventStore store, CommandRunner runner, PersonKeys keys, AccountStreams streams, IssuingReceipts receipts, ProvedLimits limits,
    TimeProvider time)
{
    /// <summary>Signs in the owner of an account that was just proved, or somebody new.</summary>
    /// <returns>Who was let in.</returns>
    public Task<Outcome<SignedInPerson>> Handle(PlatformAccount proved, CancellationToken cancellation) =>
        Handle(proved, LetIn.Anybody, cancellation);

    /// <summary>Signs in with an account that was just proved.</summary>
    /// <param name="proved">The account.</param>
    /// <param name="letIn">Whom that lets in.</param>
    /// <param name="cancellation">Ends it before its commit.</param>
    /// <param name="ifNew">What to write besides, if a person is registered.</param>
    /// <returns>Who was let in; <see cref="SignInDecision.Refused"/>, or <see cref="ProvedLimits.TooManySignIns"/>.</returns>
    public async Task<Outcome<SignedInPerson>> Handle(
        PlatformAccount proved, LetIn letIn, CancellationToken cancellation, params IReadOnlyList<RowWrite> ifNew) =>
        limits.MaySignIn(streams.NamesOf(proved)[0])
            ? await SignIn(proved, letIn, ifNew, cancellation)
            : new Rejection(ProvedLimits.TooManySignIns);

    private Task<Outcome<SignedInPerson>> SignIn(
        PlatformAccount proved, LetIn letIn, IReadOnlyList<RowWrite> ifNew, CancellationToken cancellation) => runner.Run(
        async cancellation =>
        {
            var (account, owner) = await Read(streams.NamesOf(proved), cancellation);
            var (key, keyRow) = keys.Create(Guid.CreateVersion7());
            var newPerson = new NewPerson(key.PersonId, key.Seal(proved.Subject), key.SealOptional(proved.Nickname));
            var outcome = SignInDecision.Decide(new(proved.Platform, newPerson, letIn), account);
            if (outcome.Rejection is { } rejection)
                return rejection;
            var decision = outcome.Value!;

            var work = account.Claim(decision.PersonId).Aggregate(
                new UnitOfWork { Headers = new(Actor: decision.PersonId.ToString()) }
                    .With(await Append(decision, account, owner, cancellation)),
                (work, claim) => work.With(claim));
            if (decision.Registered)
            {
                work = work.With(
                    keyRow,
                    LinkedAccounts.Row(new(
                        account.Account, decision.PersonId, proved.Platform, proved.Nickname, time.GetUtcNow(),
                        account.Streams[0].Version + 1)))
                    .With(ifNew);
            }
            return new Decision<SignedInPerson>(new SignedInPerson(decision.PersonId, account.Account, account.OtherOwner), work);
        },
        cancellation);

    /// <summary>
    /// The account and, where the platform gave it a name that we did not know, its owner. The owner is read before the
    /// names that the decision rests on, so that an unlinking in between meets the owner's version.
    /// </summary>
    private async Task<(AccountNames Account, Loaded<Person>? Owner)> Read(IReadOnlyList<string> names, CancellationToken cancellation)
    {
        var account = await AccountNames.Read(store, names, cancellation);
        while (account is { Owner: { } ownerId, NewAliases.Count: > 0 })
        {
            var owner = await store.Load(Person.Fold, Person.StreamOf(ownerId), cancellation: cancellation);
            account = await AccountNames.Read(store, names, cancellation);
            if (account.Owner == ownerId)
                return (account, owner);
        }
        return (account, null);
    }

    /// <summary>A sign-in changes nothing of the person, so that it need not wait for other changes; a new name of an account does.</summary>
    private async Task<StreamAppend> Append(
        SignInDecision decision, AccountNames account, Loaded<Person>? owner, CancellationToken cancellation)
    {
        var stream = Person.StreamOf(decision.PersonId);
        if (decision.Registered)
        {
            var evidence = new Evidence(SignIn: null, new(account.Account, time.GetUtcNow()), TextVersion: null);
            return new(stream, Expected.None, await receipts.With(Person.Fold.Initial, decision.PersonEvents, evidence, cancellation));
        }
        return owner is null ? new(stream, Expected.Exists, decision.PersonEvents) : owner.Append(decision.PersonEvents);
    }
}

/// <summary>Who was let in.</summary>
/// <param name="PersonId">The person.</param>
/// <param name="Account">The account's stream id.</param>
/// <param name="SameHuman">Another person to whom one of the account's names belongs, and who can be merged; null for nobody.</param>
public sealed record SignedInPerson(Guid PersonId, string Account, Guid? SameHuman);
