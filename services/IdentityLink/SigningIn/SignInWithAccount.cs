using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Hutong.EventStore.PersonalData;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Platforms;

namespace Hutong.IdentityLink.SigningIn;

/// <summary>Let in whoever the account belongs to; register a person if it belongs to nobody.</summary>
/// <param name="Account">The account's stream id.</param>
/// <param name="Platform">Its platform.</param>
/// <param name="IfNew">The person to register if need be.</param>
/// <param name="LetIn">Whom the proof of the account lets in.</param>
public sealed record SignInWithAccount(string Account, string Platform, NewPerson IfNew, LetIn LetIn = LetIn.Anybody);

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
/// <param name="PersonEvents">For the person's stream.</param>
/// <param name="AccountEvents">For the account's stream.</param>
public sealed record SignInDecision(
    Guid PersonId, bool Registered, IReadOnlyList<object> PersonEvents, IReadOnlyList<object> AccountEvents)
{
    /// <summary>The proof does not let in whom it would have to.</summary>
    public const string Refused = "account_refused";

    /// <summary>Decides a sign-in. The key is the account alone: no name or address ever selects a person.</summary>
    public static Outcome<SignInDecision> Decide(SignInWithAccount command, Account account)
    {
        if (command.LetIn == (account.Owner is null ? LetIn.Owner : LetIn.NewPerson))
            return new Rejection(Refused);
        var signedIn = new SignedIn(command.Account, command.Platform);
        if (account.Owner is { } owner)
            return new SignInDecision(owner, Registered: false, [signedIn], []);

        var (id, subject, nickname) = command.IfNew;
        return new SignInDecision(
            id,
            Registered: true,
            [
                new PersonRegistered(id, command.Platform),
                new AccountLinked(id, command.Account, command.Platform, subject, nickname),
                signedIn,
            ],
            [new AccountClaimed(id)]);
    }
}

/// <summary>Carries out a sign-in over the account's and the person's streams.</summary>
public sealed class SigningInWithAccount(
    IEventStore store, CommandRunner runner, PersonKeys keys, AccountStreams streams, TimeProvider time)
{
    /// <summary>Signs in the owner of an account that was just proved, or somebody new.</summary>
    /// <returns>The person and the account's stream id.</returns>
    public Task<Outcome<SignedInPerson>> Handle(PlatformAccount proved, CancellationToken cancellation) =>
        Handle(proved, LetIn.Anybody, cancellation);

    /// <summary>Signs in with an account that was just proved.</summary>
    /// <param name="proved">The account.</param>
    /// <param name="letIn">Whom that lets in.</param>
    /// <param name="cancellation">Ends it before its commit.</param>
    /// <param name="ifNew">What to write besides, if a person is registered.</param>
    /// <returns>The person and the account's stream id, or <see cref="SignInDecision.Refused"/>.</returns>
    public Task<Outcome<SignedInPerson>> Handle(
        PlatformAccount proved, LetIn letIn, CancellationToken cancellation, params IReadOnlyList<RowWrite> ifNew)
    {
        var account = streams.Of(proved.Platform, proved.Subject);
        return runner.Run(Decide, cancellation);

        async Task<Decision<SignedInPerson>> Decide(CancellationToken cancellation)
        {
            var owner = await store.Load(Account.Fold, account, cancellation: cancellation);
            var (key, keyRow) = keys.Create(Guid.CreateVersion7());
            var newPerson = new NewPerson(key.PersonId, key.Seal(proved.Subject), key.SealOptional(proved.Nickname));
            var outcome = SignInDecision.Decide(new(account, proved.Platform, newPerson, letIn), owner.State);
            if (outcome.Rejection is { } rejection)
                return rejection;
            var decision = outcome.Value!;

            var work = new UnitOfWork { Headers = new(Actor: decision.PersonId.ToString()) }
                .With(new StreamAppend(
                    Person.StreamOf(decision.PersonId),
                    decision.Registered ? Expected.None : Expected.Exists,
                    decision.PersonEvents))
                .With(owner.Append(decision.AccountEvents));
            if (decision.Registered)
            {
                work = work.With(
                    keyRow,
                    LinkedAccounts.Row(new(account, decision.PersonId, proved.Platform, proved.Nickname, time.GetUtcNow())))
                    .With(ifNew);
            }
            return new(new SignedInPerson(decision.PersonId, account), work);
        }
    }
}

/// <summary>Who was let in, and by which account.</summary>
public sealed record SignedInPerson(Guid PersonId, string Account);
