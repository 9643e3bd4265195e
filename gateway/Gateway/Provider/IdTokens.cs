using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Hutong.Gateway.Provider;

/// <summary>What a valid id token says.</summary>
/// <param name="Subject">The person as the client knows them.</param>
/// <param name="Sid">The provider's session.</param>
internal sealed record IdToken(string Subject, string Sid);

/// <summary>Verifies id tokens (OpenID Connect Core, sections 3.1.3.7 and 3.1.3.8).</summary>
internal sealed class IdTokens(SignedTokens tokens)
{
    private static readonly string[] Types = ["JWT", ""];

    /// <summary>Verifies the id token that came with an access token, in answer to a request with this nonce.</summary>
    /// <returns>What it says, or what is wrong with it.</returns>
    public async Task<(IdToken? IdToken, string? Defect)> Verify(
        string token, string clientId, string nonce, string accessToken, CancellationToken cancellation)
    {
        var (jwt, defect) = await tokens.Verify(token, Types, clientId, cancellation);
        if (jwt is null)
            return (null, defect);
        if (!jwt.TryGetPayloadValue<string>("nonce", out var answered) || !Same(answered, nonce))
            return (null, "nonce");
        if (jwt.TryGetPayloadValue<string>("at_hash", out var hash) && !Same(hash, HashOf(accessToken)))
            return (null, "at_hash");
        if (string.IsNullOrEmpty(jwt.Subject))
            return (null, "sub");
        // Without it a sign-out elsewhere could not end our session.
        return jwt.TryGetPayloadValue<string>("sid", out var sid) && !string.IsNullOrEmpty(sid)
            ? (new IdToken(jwt.Subject, sid), null)
            : (null, "sid");
    }

    /// <summary>The left half of the hash that goes with RS256 and ES256 (section 3.1.3.6).</summary>
    private static string HashOf(string accessToken) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(accessToken)).AsSpan(0, SHA256.HashSizeInBytes / 2));

    private static bool Same(string one, string other) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(one), Encoding.UTF8.GetBytes(other));
}
