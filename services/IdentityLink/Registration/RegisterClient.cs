using Hutong.EventStore.Commands;
using Hutong.EventStore.PersonalData;

namespace Hutong.IdentityLink.Registration;

/// <summary>Register a client.</summary>
/// <param name="ClientId">Its client id, made up by us.</param>
/// <param name="Owner">Who registers it.</param>
/// <param name="Metadata">What it is to be.</param>
/// <param name="Contacts">How to reach those who are responsible.</param>
/// <param name="SecretHash">SHA-256 of a secret made up by us, base64; null where it needs none.</param>
public sealed record RegisterClient(string ClientId, Guid Owner, ClientMetadata Metadata, Sealed? Contacts, string? SecretHash)
{
    /// <summary>How many of a person's clients may be there, pending ones included.</summary>
    public const int AtMost = 100;

    /// <summary>How many of a person's clients may wait for their first approval.</summary>
    public const int AtMostPending = 10;

    /// <summary>The person has as many clients as one may have.</summary>
    public const string TooMany = "too_many_clients";

    /// <summary>As many of the person's clients wait as may.</summary>
    public const string TooManyPending = "too_many_pending_clients";

    /// <summary>Decides a registration.</summary>
    /// <param name="command">The command.</param>
    /// <param name="hasPlace">Whether the owner has fewer than <see cref="AtMost"/>.</param>
    /// <param name="pending">How many of the owner's wait.</param>
    /// <param name="now">UTC.</param>
    public static Outcome<object[]> Decide(RegisterClient command, bool hasPlace, long pending, DateTimeOffset now)
    {
        if (!hasPlace)
            return new Rejection(TooMany);
        return pending >= AtMostPending
            ? new Rejection(TooManyPending)
            : (object[])[new ClientRegistered(command.ClientId, command.Owner, command.Metadata, command.Contacts, command.SecretHash, now)];
    }
}
