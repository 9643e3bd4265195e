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

/// <summary>Two persons proved to be the same human: everything of one belongs to the other now.</summary>
/// <param name="MergeId">Names the merge.</param>
/// <param name="PersonId">Who has everything.</param>
/// <param name="From">Who was absorbed; nobody acts as this person until the merge is undone.</param>
/// <param name="Accounts">The accounts that went over: their stream ids.</param>
/// <param name="MergedAt">UTC.</param>
public sealed record PersonsMerged(Guid MergeId, Guid PersonId, Guid From, IReadOnlyList<string> Accounts, DateTimeOffset MergedAt);

/// <summary>A merge was undone.</summary>
/// <param name="MergeId">The merge.</param>
/// <param name="PersonId">Who had everything.</param>
/// <param name="Released">Who is a person of their own again.</param>
/// <param name="Accounts">The accounts that went with them: their stream ids.</param>
/// <param name="SplitAt">UTC.</param>
public sealed record PersonsSplit(Guid MergeId, Guid PersonId, Guid Released, IReadOnlyList<string> Accounts, DateTimeOffset SplitAt);

/// <summary>A person is no more: whatever tells who they were is to be deleted.</summary>
/// <param name="PersonId">The person.</param>
/// <param name="ErasedAt">UTC.</param>
public sealed record PersonErased(Guid PersonId, DateTimeOffset ErasedAt);
