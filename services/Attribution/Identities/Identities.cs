using Hutong.Attribution.Touches;
using Hutong.Contracts;
using Hutong.EventStore;
using Hutong.Messaging;

namespace Hutong.Attribution.Identities;

/// <summary>The person came to be. Stored as <c>registration_recorded</c> in the person's trail.</summary>
/// <param name="Via">The platform of the first sign-in.</param>
public sealed record RegistrationRecorded(string Via, DateTimeOffset RegisteredAt);

/// <summary>An account is the person's. Stored as <c>identity_joined</c> in the person's trail.</summary>
/// <param name="Account"><c>account-{platform}:{keyed hash}</c>.</param>
public sealed record IdentityJoined(string Account, string Platform, DateTimeOffset LinkedAt);

/// <summary>An account is the person's no more. Stored as <c>identity_left</c> in the person's trail.</summary>
public sealed record IdentityLeft(string Account, string Platform, DateTimeOffset UnlinkedAt);

/// <summary>
/// Two persons proved to be the same human. Stored as <c>identities_merged</c> in both trails, so that either tells with
/// which it belongs together, and from when.
/// </summary>
/// <param name="Into">Who has everything.</param>
/// <param name="From">Who was absorbed.</param>
/// <param name="Accounts">The accounts that went over.</param>
public sealed record IdentitiesMerged(Guid MergeId, Guid Into, Guid From, IReadOnlyList<string> Accounts, DateTimeOffset MergedAt);

/// <summary>A merge was undone. Stored as <c>identities_split</c> in both trails.</summary>
/// <param name="From">Who had everything.</param>
/// <param name="Released">Who is a person of their own again.</param>
/// <param name="Accounts">The accounts that went with them.</param>
public sealed record IdentitiesSplit(Guid MergeId, Guid From, Guid Released, IReadOnlyList<string> Accounts, DateTimeOffset SplitAt);

/// <summary>
/// The person is no more. Stored as <c>identity_erased</c>, the last that the trail tells: what they did counts for nothing
/// that is stated later, and what was stated stays as issued.
/// </summary>
public sealed record IdentityErased(DateTimeOffset ErasedAt);

// These keep what Identity-Link said in the person's trail, at any version: they decide nothing about credit.

internal sealed class WhenPersonRegistered : IHandle<PersonRegistered>
{
    public Task<UnitOfWork> Handle(PersonRegistered message, Delivery delivery, CancellationToken cancellation) =>
        InTrail.Of(message.PersonId, new RegistrationRecorded(message.Via, message.RegisteredAt));
}

internal sealed class WhenAccountLinked : IHandle<AccountLinked>
{
    public Task<UnitOfWork> Handle(AccountLinked message, Delivery delivery, CancellationToken cancellation) =>
        InTrail.Of(message.PersonId, new IdentityJoined(message.Account, message.Platform, message.LinkedAt));
}

internal sealed class WhenAccountUnlinked : IHandle<AccountUnlinked>
{
    public Task<UnitOfWork> Handle(AccountUnlinked message, Delivery delivery, CancellationToken cancellation) =>
        InTrail.Of(message.PersonId, new IdentityLeft(message.Account, message.Platform, message.UnlinkedAt));
}

internal sealed class WhenPersonsMerged : IHandle<PersonsMerged>
{
    public Task<UnitOfWork> Handle(PersonsMerged message, Delivery delivery, CancellationToken cancellation) => InTrail.OfBoth(
        message.PersonId, message.From,
        new IdentitiesMerged(message.MergeId, message.PersonId, message.From, message.Accounts, message.MergedAt));
}

internal sealed class WhenPersonsSplit : IHandle<PersonsSplit>
{
    public Task<UnitOfWork> Handle(PersonsSplit message, Delivery delivery, CancellationToken cancellation) => InTrail.OfBoth(
        message.PersonId, message.Released,
        new IdentitiesSplit(message.MergeId, message.PersonId, message.Released, message.Accounts, message.SplitAt));
}

internal sealed class WhenPersonErased(ForgettingIdentities forgetting) : IHandle<PersonErased>
{
    public Task<UnitOfWork> Handle(PersonErased message, Delivery delivery, CancellationToken cancellation) =>
        forgetting.Forget(message.PersonId, message.ErasedAt, cancellation);
}

/// <summary>Forgets what persons did. A trail that is erased folds into nothing, whatever still arrives for it.</summary>
internal sealed class ForgettingIdentities(IEventStore store)
{
    /// <summary>What forgets a person; empty when that is done.</summary>
    public async Task<UnitOfWork> Forget(Guid personId, DateTimeOffset erasedAt, CancellationToken cancellation)
    {
        var trail = await store.Load(Trail.Fold, Trail.StreamOf(personId), cancellation: cancellation);
        return trail.State.Erased ? UnitOfWork.Empty : UnitOfWork.Empty.With(trail.Append(new IdentityErased(erasedAt)));
    }
}

internal static class InTrail
{
    public static Task<UnitOfWork> Of(Guid personId, object e) =>
        Task.FromResult(UnitOfWork.Append(Trail.StreamOf(personId), Expected.Any, e));

    public static Task<UnitOfWork> OfBoth(Guid one, Guid other, object e) => Task.FromResult(
        UnitOfWork.Append(Trail.StreamOf(one), Expected.Any, e).With(new StreamAppend(Trail.StreamOf(other), Expected.Any, [e])));
}
