using Hutong.EventStore.PersonalData;

namespace Hutong.IdentityLink.Persons;

/// <summary>A human became known to us, by a first sign-in.</summary>
/// <param name="PersonId">The person.</param>
/// <param name="Via">The platform of the sign-in.</param>
public sealed record PersonRegistered(Guid PersonId, string Via);

/// <summary>An account at a platform now belongs to the person.</summary>
/// <param name="PersonId">The person.</param>
/// <param name="Account">The account's stream id.</param>
/// <param name="Platform">Such as <c>weibo</c>.</param>
/// <param name="Subject">The account's id at the platform.</param>
/// <param name="Nickname">What the platform calls the account; null where it has no name.</param>
public sealed record AccountLinked(Guid PersonId, string Account, string Platform, Sealed Subject, Sealed? Nickname);

/// <summary>The person proved control of a linked account and was let in.</summary>
/// <param name="Account">The account's stream id.</param>
/// <param name="Platform">Such as <c>weibo</c>.</param>
public sealed record SignedIn(string Account, string Platform);

/// <summary>The person let a partner have something.</summary>
/// <param name="ClientId">The partner's client.</param>
/// <param name="Scopes">All that was agreed to, in the order of <see cref="Provider.Scopes"/>.</param>
/// <param name="TextVersion">The version of the text that was agreed to.</param>
public sealed record ConsentGiven(string ClientId, IReadOnlyList<string> Scopes, string TextVersion);

/// <summary>The person has this <c>sub</c> in a sector, now and for ever: random, computed from nothing.</summary>
/// <param name="Sector">The partner's sector.</param>
/// <param name="Subject">The <c>sub</c>.</param>
public sealed record SubjectAssigned(string Sector, string Subject);

/// <summary>The platform named a linked account by another id as well.</summary>
/// <param name="Account">The account's stream id.</param>
/// <param name="Alias">The stream id of the other name.</param>
public sealed record AccountAliased(string Account, string Alias);

/// <summary>An account no longer belongs to the person.</summary>
/// <param name="PersonId">The person.</param>
/// <param name="Account">The account's stream id.</param>
/// <param name="Platform">Such as <c>weibo</c>.</param>
public sealed record AccountUnlinked(Guid PersonId, string Account, string Platform);

/// <summary>The person took back all they had let a partner have.</summary>
/// <param name="ClientId">The partner's client.</param>
public sealed record ConsentWithdrawn(string ClientId);

/// <summary>Another person proved to be the same human: what they had belongs to this person now.</summary>
/// <param name="MergeId">Names the merge.</param>
/// <param name="From">The other person.</param>
/// <param name="Brought">What they had.</param>
public sealed record PersonAbsorbed(Guid MergeId, Guid From, Belongings Brought);

/// <summary>The person proved to be the same human as another, who has everything now.</summary>
/// <param name="MergeId">Names the merge.</param>
/// <param name="Into">The other person.</param>
public sealed record MergedIntoPerson(Guid MergeId, Guid Into);

/// <summary>A merge was undone: somebody who was absorbed is a person of their own again.</summary>
/// <param name="MergeId">The merge.</param>
/// <param name="Released">Who.</param>
/// <param name="Accounts">The accounts that went with them.</param>
public sealed record PersonReleased(Guid MergeId, Guid Released, IReadOnlyList<string> Accounts);

/// <summary>The merge that made this person part of another was undone.</summary>
/// <param name="MergeId">The merge.</param>
/// <param name="From">Who had absorbed them at last.</param>
/// <param name="Returned">What they have again: what they brought, without what was given up meanwhile.</param>
public sealed record PersonRestored(Guid MergeId, Guid From, Belongings Returned);

/// <summary>What changed who leads to the person was attested, along with the change itself.</summary>
/// <param name="Number">The receipt's place in the person's chain, from 1.</param>
/// <param name="Jws">The receipt, see <see cref="Receipts.Receipt"/>.</param>
public sealed record ReceiptIssued(long Number, string Jws);

/// <summary>A partner was told of one of its <c>sub</c>s.</summary>
internal interface ISubjectNotice
{
    /// <summary>Names the notice.</summary>
    Guid NoticeId { get; }

    /// <summary>The partner's sector.</summary>
    string Sector { get; }

    /// <summary>The signed notice.</summary>
    string Jws { get; }
}

/// <summary>By a merge, a <c>sub</c> ended at partners who know the person by another.</summary>
/// <param name="NoticeId">Names the notice.</param>
/// <param name="Sector">The partner's sector.</param>
/// <param name="Subject">The <c>sub</c> that ended.</param>
/// <param name="SucceededBy">The one that holds.</param>
/// <param name="Jws">The signed notice, see <see cref="Succession.SuccessionNotice"/>.</param>
public sealed record SubjectSucceeded(Guid NoticeId, string Sector, string Subject, string SucceededBy, string Jws) : ISubjectNotice;

/// <summary>A merge was undone, and a <c>sub</c> that had ended holds again.</summary>
/// <param name="NoticeId">Names the notice.</param>
/// <param name="Sector">The partner's sector.</param>
/// <param name="Subject">The <c>sub</c> that holds again.</param>
/// <param name="SeparatedFrom">The one that stood for it until now.</param>
/// <param name="Jws">The signed notice, see <see cref="Succession.ReinstatementNotice"/>.</param>
public sealed record SubjectReinstated(Guid NoticeId, string Sector, string Subject, string SeparatedFrom, string Jws) : ISubjectNotice;

/// <summary>An operator looked at what belongs to the person.</summary>
/// <param name="Operator">The operator's person id.</param>
/// <param name="What">What they looked at, see <see cref="Operating.Look"/>.</param>
/// <param name="Reason">Why; null where the person was erased, so that nothing can be sealed for them.</param>
public sealed record PersonViewedByOperator(Guid Operator, string What, Sealed? Reason);

/// <summary>The person, who is an operator, searched for somebody by an identifier that leads to nobody.</summary>
/// <param name="Platform">The identifier's platform.</param>
/// <param name="Reason">Why.</param>
public sealed record PersonSoughtInVain(string Platform, Sealed Reason);

/// <summary>The person made a code for the day on which no way in is open. It replaces the one before.</summary>
/// <param name="CodeId">Names the code; it tells nothing of it.</param>
public sealed record RecoveryCodeMade(Guid CodeId);

/// <summary>An account was linked to the person by a recovery, and not by a sign-in. Codes made before hold no more.</summary>
/// <param name="CodeId">The code that was used; null where a session had outlived the last way in.</param>
/// <param name="Account">The account's stream id.</param>
/// <param name="At">When, UTC.</param>
public sealed record PersonRecovered(Guid? CodeId, string Account, DateTimeOffset At);

/// <summary>The person wanted to be forgotten. What their events keep sealed cannot be read any more.</summary>
/// <param name="PersonId">The person.</param>
public sealed record PersonErased(Guid PersonId);

/// <summary>The account belongs to a person, after it belonged to nobody.</summary>
/// <param name="PersonId">The owner.</param>
public sealed record AccountClaimed(Guid PersonId);

/// <summary>This is another name of an account that belongs to a person.</summary>
/// <param name="PersonId">The owner.</param>
/// <param name="Account">The account's stream id.</param>
public sealed record AliasClaimed(Guid PersonId, string Account);

/// <summary>The account went from one person to another, by a merge or its undoing. The link stays what it was.</summary>
/// <param name="From">Who had it.</param>
/// <param name="To">Who has it.</param>
public sealed record AccountMoved(Guid From, Guid To);

/// <summary>The account belongs to nobody again.</summary>
/// <param name="PersonId">Who had it.</param>
public sealed record AccountReleased(Guid PersonId);
