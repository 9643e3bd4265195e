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

// The three keep what Identity-Link said in the person's trail, at any version: they decide nothing about credit.

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

internal static class InTrail
{
    public static Task<UnitOfWork> Of(Guid personId, object e) =>
        Task.FromResult(UnitOfWork.Append(Trail.StreamOf(personId), Expected.Any, e));
}
