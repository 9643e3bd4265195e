using Hutong.EventStore.Commands;
using Hutong.EventStore.PersonalData;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Platforms;

namespace Hutong.IdentityLink.Linking;

/// <summary>Link an account, proved by its owner, to the person who is signed in.</summary>
/// <param name="Proved">The account.</param>
/// <param name="SignIn">With what the person last proved who they are.</param>
/// <param name="TextVersion">The text they confirmed, see <see cref="Receipts.ConfirmedText"/>.</param>
public sealed record LinkAccount(ProvedAccount Proved, AccountProof SignIn, string TextVersion);

/// <summary>An account whose control was proved, its data sealed with the key of the person who proved it.</summary>
/// <param name="Account">The stream id of the id that is always there.</param>
/// <param name="Platform">Its platform.</param>
/// <param name="Subject">Its id there.</param>
/// <param name="Nickname">Its name there, if any.</param>
/// <param name="Aliases">Stream ids of the platform's other names for it.</param>
/// <param name="ProvedAt">When, UTC.</param>
public sealed record ProvedAccount(
    string Account, string Platform, Sealed Subject, Sealed? Nickname, IReadOnlyList<string> Aliases, DateTimeOffset ProvedAt)
{
    /// <summary>What a platform answered, sealed.</summary>
    /// <param name="account">The answer.</param>
    /// <param name="names">The stream ids of its names, that which is always there first.</param>
    /// <param name="key">The key of whoever proved it.</param>
    /// <param name="now">UTC.</param>
    public static ProvedAccount Of(PlatformAccount account, IReadOnlyList<string> names, PersonKey key, DateTimeOffset now) =>
        new(names[0], account.Platform, key.Seal(account.Subject), key.SealOptional(account.Nickname), [.. names.Skip(1)], now);
}

/// <summary>What a link writes to the person's stream; nothing where all of it is linked already.</summary>
public static class LinkDecision
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
    public static Outcome<IReadOnlyList<object>> Decide(
        LinkAccount command, Person person, AccountNames account, DateTimeOffset now, TimeSpan freshFor)
    {
        if (!person.IsActive)
            return new Rejection(UnknownPerson);
        if (now - command.SignIn.At > freshFor)
            return new Rejection(NotFresh);
        if ((account.Owner is { } owner && owner != person.Id) || account.OtherOwner is not null)
            return new Rejection(OwnedByAnother);

        var proved = command.Proved;
        var aliases = account.NewAliases.Select(object (alias) => new AccountAliased(account.Account, alias));
        return account.Owner is not null
            ? (object[])[.. aliases]
            : (object[])[new AccountLinked(person.Id, account.Account, proved.Platform, proved.Subject, proved.Nickname), .. aliases];
    }
}
