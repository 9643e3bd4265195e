using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Hutong.EventStore.PersonalData;
using Microsoft.Extensions.Options;

namespace Hutong.IdentityLink.Provider;

/// <summary>
/// Refresh tokens rotate: each use yields a successor. It is computed from the token, so that a client whose answer was
/// lost can be given the same one again, by whichever instance, although no row holds a token.
/// </summary>
public sealed class RefreshTokens(IOptions<KeyOptions> options)
{
    // Of the key that all instances have and that never rotates, one for this alone.
    private readonly byte[] key = HKDF.DeriveKey(
        HashAlgorithmName.SHA256, Convert.FromBase64String(options.Value.IdentifierHashKey!), outputLength: 32, info: "refresh-token-successor"u8.ToArray());

    /// <summary>Needs both the token, which only the client has, and the key, which only we have.</summary>
    public string Successor(string token) => Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(token)));
}
