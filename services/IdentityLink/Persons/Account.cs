using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Hutong.EventStore;
using Hutong.EventStore.PersonalData;
using Microsoft.Extensions.Options;

namespace Hutong.IdentityLink.Persons;

/// <summary>One account at one platform: a stream of its own, so that two persons racing for it cannot both win.</summary>
/// <param name="Owner">The person it belongs to; null while it belongs to nobody.</param>
public sealed record Account(Guid? Owner)
{
    /// <summary>How the stream becomes the account.</summary>
    public static Fold<Account> Fold { get; } = new(
        new Account(Owner: null),
        (account, @event) => @event is AccountClaimed claimed ? new Account(claimed.PersonId) : account);
}

/// <summary>Names accounts without telling whose they are: a keyed hash of platform and subject.</summary>
public sealed class AccountStreams
{
    private readonly byte[] key;

    /// <summary>Takes the key from <c>Keys:IdentifierHashKey</c>.</summary>
    public AccountStreams(IOptions<KeyOptions> options) => key = Convert.FromBase64String(
        options.Value.IdentifierHashKey ?? throw new InvalidOperationException("Keys:IdentifierHashKey is not set."));

    /// <summary>
    /// <c>account-{platform}:{HMAC-SHA-256 in base64url}</c>. Platform names have no colon, so that no two pairs
    /// hash the same text.
    /// </summary>
    public string Of(string platform, string subject) =>
        $"account-{platform}:{Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{platform}:{subject}")))}";
}
