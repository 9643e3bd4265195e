using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Hutong.EventStore.PersonalData;
using Hutong.IdentityLink.Persons;

namespace Hutong.IdentityLink.Linking;

/// <summary>Link an account, proved by its owner, to the person who is signed in.</summary>
/// <param name="Proved">The account.</param>
/// <param name="AuthenticatedAt">When the person last proved who they are, UTC.</param>
public sealed record LinkAccount(ProvedAccount Proved, DateTimeOffset AuthenticatedAt);

/// <summary>An account whose control was proved, its data sealed with the key of the person who proved it.</summary>
/// <param name="Account">The account's stream id.</param>
/// <param name="Platform">Its platform.</param>
/// <param name="Subject">Its id there.</param>
/// <param name="Nickname">Its name there, if any.</param>
public sealed record ProvedAccount(string Account, string Platform, Sealed Subject, Sealed? Nickname);

/// <summary>What a link writes; nothing where the account is linked already.</summary>
/// <param name="PersonEvents">For the person's stream.</param>
/// <param name="AccountEvents">For the account's stream.</param>
public sealed record LinkDecision(IReadOnlyList<object> PersonEvents, IReadOnlyList<object> AccountEvents)
{
    /// <summary>The account belongs to somebody else.</summary>
    public const string OwnedByAnother = "account_belongs_to_another_person";

    /// <summary>The sign-in is too long ago for a change of this weight.</summary>
    public const string NotFresh = "fresh_sign_in_required";

    /// <summary>The person is not, or no longer, registered.</summary>
    public const string UnknownPerson = "person_unknown";

    /// <summary>Decides a link.</summary>
    /// <param name="command">The command.</param>
    /// <param name="person">Who links.</param>
    /// <param name="account">What is linked.</param>
    /// <param name="now">UTC.</param>
    /// <param name="freshFor">How long a sign-in counts as fresh.</param>
    public static Outcome<LinkDecision> Decide(
        LinkAccount command, Person person, Account account, DateTimeOffset now, TimeSpan freshFor)
    {
        if (!person.IsRegistered)
            return new Rejection(UnknownPerson);
        if (now - command.AuthenticatedAt > freshFor)
            return new Rejection(NotFresh);
        if (account.Owner == person.Id)
            return new LinkDecision([], []);
        if (account.Owner is not null)
            return new Rejection(OwnedByAnother);

        var (stream, platform, subject, nickname) = command.Proved;
        return new LinkDecision(
            [new AccountLinked(person.Id, stream, platform, subject, nickname)],
            [new AccountClaimed(person.Id)]);
    }
}
