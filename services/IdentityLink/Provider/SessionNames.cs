using System.Security.Cryptography;
using System.Text;
using Hutong.EventStore.PersonalData;
using Microsoft.Extensions.Options;

namespace Hutong.IdentityLink.Provider;

/// <summary>
/// What a session is called where a client hears of it (<c>sid</c>): the same for those that know people by the same
/// <c>sub</c>, and another for others, or it would tell them what the <c>sub</c> keeps from them (OpenID Connect Core,
/// section 8.1). Our own sites know it by its own name, as the gateway does.
/// </summary>
public sealed class SessionNames(Clients clients, IOptions<KeyOptions> options)
{
    // Of the key that all instances have and that never rotates, one for this alone.
    private readonly byte[] key = HKDF.DeriveKey(
        HashAlgorithmName.SHA256, Convert.FromBase64String(options.Value.IdentifierHashKey!), outputLength: 32, info: "session-name"u8.ToArray());

    /// <summary>The name of a session at a client.</summary>
    /// <param name="sid">The session.</param>
    /// <param name="clientId">The client; where it may not be used any more, the name is nobody's.</param>
    public Guid Of(Guid sid, string clientId)
    {
        var client = clients.Find(clientId);
        return client is { IsSite: true }
            ? sid
            : new Guid(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{sid} {client?.Sector}")).AsSpan(0, 16));
    }
}
