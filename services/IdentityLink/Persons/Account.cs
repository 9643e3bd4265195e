using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Hutong.EventStore;
using Hutong.EventStore.PersonalData;
using Microsoft.Extensions.Options;

namespace Hutong.IdentityLink.Persons;

/// <summary>
/// One account at one platform, or another name of one: a stream of its own, so that two persons racing for it cannot
/// both win.
/// </summary>
/// <param name="Owner">The person it belongs to; null while it belongs to nobody.</param>
/// <param name="AliasOf">The account of which this is another name; null where this is the account.</param>
public sealed record Account(Guid? Owner, string? AliasOf)
{
    /// <summary>How the stream becomes the account.</summary>
    public static Fold<Account> Fold { get; } = new(new Account(Owner: null, AliasOf: null), (account, @event) => @event switch
    {
        AccountClaimed e => new(e.PersonId, AliasOf: null),
        AliasClaimed e => new(e.PersonId, e.Account),
        AccountMoved e => account with { Owner = e.To },
        AccountReleased => new(Owner: null, AliasOf: null),
        _ => account,
    });
}

/// <summary>Names accounts without telling whose they are: a keyed hash of platform and subject.</summary>
public sealed partial class AccountStreams
{
    private const string Prefix = "account-";

    private readonly byte[] key;

    /// <summary>Takes the key from <c>Keys:IdentifierHashKey</c>.</summary>
    public AccountStreams(IOptions<KeyOptions> options) => key = Convert.FromBase64String(
        options.Value.IdentifierHashKey ?? throw new InvalidOperationException("Keys:IdentifierHashKey is not set."));

    /// <summary>
    /// <c>account-{platform}:{HMAC-SHA-256 in base64url}</c>. Platform names have no colon, so that no two pairs
    /// hash the same text.
    /// </summary>
    public string Of(string platform, string subject) =>
        $"{Prefix}{platform}:{Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{platform}:{subject}")))}";

    /// <summary>The platform of an account's stream id.</summary>
    public static string PlatformOf(string account) => account[Prefix.Length..account.IndexOf(':', Prefix.Length)];

    /// <summary>Whether a text that came from outside can be an account's stream id.</summary>
    public static bool IsStream(string text) => StreamPattern().IsMatch(text);

    [GeneratedRegex(@"\Aaccount-[a-z0-9]{1,32}:[A-Za-z0-9_-]{43}\z")]
    private static partial Regex StreamPattern();
}
