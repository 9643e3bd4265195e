namespace Hutong.Contracts;

/// <summary>A person exists: somebody signed in for the first time.</summary>
/// <param name="PersonId">The person, the same in every service.</param>
/// <param name="Via">The platform of the first sign-in, such as <c>weibo</c>.</param>
/// <param name="RegisteredAt">UTC.</param>
public sealed record PersonRegistered(Guid PersonId, string Via, DateTimeOffset RegisteredAt);

/// <summary>An account at a platform now belongs to a person.</summary>
/// <param name="PersonId">The person.</param>
/// <param name="Account">The account's stream id, <c>account-{platform}:{keyed hash}</c>; the platform's own subject never leaves Identity-Link.</param>
/// <param name="Platform">Such as <c>taobao</c>.</param>
/// <param name="LinkedAt">UTC.</param>
public sealed record AccountLinked(Guid PersonId, string Account, string Platform, DateTimeOffset LinkedAt);

/// <summary>An account no longer belongs to a person.</summary>
/// <param name="PersonId">The person it belonged to.</param>
/// <param name="Account">The account's stream id.</param>
/// <param name="Platform">Such as <c>taobao</c>.</param>
/// <param name="UnlinkedAt">UTC.</param>
public sealed record AccountUnlinked(Guid PersonId, string Account, string Platform, DateTimeOffset UnlinkedAt);
