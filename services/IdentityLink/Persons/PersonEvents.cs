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

/// <summary>The account belongs to a person. The first event of an account's stream.</summary>
/// <param name="PersonId">The owner.</param>
public sealed record AccountClaimed(Guid PersonId);
