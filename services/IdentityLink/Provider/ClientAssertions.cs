using Hutong.IdentityLink.Storage;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Npgsql;

namespace Hutong.IdentityLink.Provider;

/// <summary><c>private_key_jwt</c>: a client proves itself by a JWT that it signed (RFC 7523, sections 2.2 and 3).</summary>
public sealed class ClientAssertions(Clients clients, Issuer issuer, NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>The <c>client_assertion_type</c>.</summary>
    public const string Type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private const int LongestId = 256;

    /// <summary>How long an assertion may be good for: it is made for one request.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>How far a client's clock may be off.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    private static readonly JsonWebTokenHandler Handler = new();

    // Of two instances that are shown one assertion at once, one has it.
    private const string UseSql = """
        insert into client_assertion (client_id, jti_hash, expires_at) values ($1, $2, $3) on conflict do nothing
        """;

    private readonly string[] audiences = [issuer.Public, issuer.Address("/token"), issuer.Address("/par")];

    /// <summary>How an assertion may be signed: neither <c>none</c> nor anything that a public key could be the secret of.</summary>
    public static IReadOnlyList<string> Algorithms { get; } =
        [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.RsaSsaPssSha256];

    /// <summary>The client that an assertion proves; null where it proves none. It does so once.</summary>
    public async Task<Client?> Prove(string assertion, CancellationToken cancellation)
    {
        var result = await Handler.ValidateTokenAsync(assertion, new TokenValidationParameters
        {
            ValidAlgorithms = Algorithms,
            IssuerSigningKeyResolver = (_, token, kid, _) => [KeyOf((JsonWebToken)token, kid)],
            TryAllIssuerSigningKeys = false,
            // Looked at below, more narrowly.
            ValidateIssuer = false,
            ValidateAudience = false,
            ValidateLifetime = false,
        });
        return result is { IsValid: true, SecurityToken: JsonWebToken token }
            && clients.Find(token.Subject) is { } client
            && client.AuthenticationMethods.Contains(ClientAuthenticationMethods.PrivateKeyJwt)
            && token.Issuer == client.Id
            // One alone: whoever else it were meant for could show it to us (RFC 9700, section 4.9.1).
            && token.Audiences.ToArray() is [var audience] && audiences.Contains(audience)
            && IsNow(token)
            && token.Id is { Length: > 0 and <= LongestId } id
            && await database.Run(UseSql, cancellation, client.Id, Secret.Hash(id), token.ValidTo + 2 * Skew) == 1
                ? client
                : null;
    }

    /// <summary>The client's key that the assertion names; without a name its only one that would do.</summary>
    private SecurityKey KeyOf(JsonWebToken token, string? kid)
    {
        var keys = (clients.Find(token.Subject)?.Jwks?.Keys ?? []).Where(key =>
            key.Kty == (token.Alg == SecurityAlgorithms.EcdsaSha256 ? "EC" : "RSA")
            && (string.IsNullOrEmpty(key.Alg) || key.Alg == token.Alg)
            && (string.IsNullOrEmpty(key.Use) || key.Use == "sig")
            && (string.IsNullOrEmpty(kid) || key.Kid == kid)).ToArray();
        return keys is [var one] ? one : Stranger.KeyFor(token.Alg);
    }

    private bool IsNow(JsonWebToken token)
    {
        // An exp that is absent reads as the first moment there is, and so do nbf and iat.
        var now = time.GetUtcNow().UtcDateTime;
        return token.ValidTo > now - Skew && token.ValidTo <= now + Longest + Skew
            && token.ValidFrom <= now + Skew && token.IssuedAt <= now + Skew;
    }
}
