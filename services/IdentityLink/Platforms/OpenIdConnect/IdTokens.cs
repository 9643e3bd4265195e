using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Hutong.EventStore.Commands;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Hutong.IdentityLink.Platforms.OpenIdConnect;

/// <summary>Checks id tokens as OpenID Connect Core, section 3.1.3.7, has it.</summary>
internal sealed class IdTokens(OpenIdConnectOptions options, ProviderMetadata metadata, PlatformApi api, TimeProvider time)
{
    /// <summary>As long as a visit may take: an id token is made when its code is redeemed, not before.</summary>
    private static readonly TimeSpan LongestAgo = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    /// <summary>Neither <c>none</c> nor anything that a public key could be the secret of.</summary>
    private static readonly string[] Algorithms = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.EcdsaSha256];

    private static readonly JsonWebTokenHandler Handler = new();

    /// <summary>The token's claims, once it is proved to be this provider's, for us, and for this visit.</summary>
    public async Task<Outcome<JsonWebToken>> Check(
        string idToken, string? accessToken, PlatformVisit visit, Metadata provider, CancellationToken cancellation)
    {
        if (Read(idToken) is not { } token)
            return api.Refuse(PlatformRejections.Unproven, "no id token");
        if (!Algorithms.Contains(token.Alg))
            return api.Refuse(PlatformRejections.Unproven, "an id token signed in another way");
        var key = await metadata.Key(provider, token.Kid is { Length: > 0 } kid ? kid : null, cancellation);
        if (!key.Succeeded)
            return key.Rejection;

        var result = await Handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            IssuerSigningKey = key.Value,
            TryAllIssuerSigningKeys = false,
            ValidAlgorithms = Algorithms,
            ValidIssuer = options.Issuer,
            ValidAudience = options.ClientId,
            RequireExpirationTime = true,
            LifetimeValidator = (notBefore, expires, _, _) => IsNow(notBefore, expires),
            ClockSkew = Skew,
        });
        if (!result.IsValid)
        {
            return result.Exception is SecurityTokenInvalidAudienceException
                ? api.Refuse(PlatformRejections.WrongAudience, "the id token is for another app")
                : api.Refuse(PlatformRejections.Unproven, result.Exception.GetType().Name);
        }
        return Fault(token, accessToken, visit) is { } fault ? api.Refuse(fault.Rejection, fault.Reason) : token;
    }

    private (string Rejection, string Reason)? Fault(JsonWebToken token, string? accessToken, PlatformVisit visit)
    {
        // For several audiences the token must say which of them asked for it.
        var askedBy = TextOf(token, JwtRegisteredClaimNames.Azp);
        if ((askedBy ?? (token.Audiences.Count() > 1 ? null : options.ClientId)) != options.ClientId)
            return (PlatformRejections.WrongAudience, "the id token was asked for by another app");
        if (!IsRecent(token))
            return (PlatformRejections.Unproven, "an id token without iat, or from another time");
        if (!AreEqual(TextOf(token, JwtRegisteredClaimNames.Nonce), visit.Nonce))
            return (PlatformRejections.Unproven, "another nonce");
        if (TextOf(token, JwtRegisteredClaimNames.AtHash) is { } hash && (accessToken is null || !AreEqual(hash, HalfHash(accessToken))))
            return (PlatformRejections.Unproven, "at_hash of another access token");
        return null;
    }

    private bool IsNow(DateTime? notBefore, DateTime? expires)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return expires > now - Skew && (notBefore is null || notBefore < now + Skew);
    }

    private bool IsRecent(JsonWebToken token)
    {
        // Absent, it reads as the first moment there is.
        var (issued, now) = (token.IssuedAt, time.GetUtcNow().UtcDateTime);
        return issued > now - LongestAgo - Skew && issued < now + Skew;
    }

    private static JsonWebToken? Read(string idToken)
    {
        try
        {
            return new JsonWebToken(idToken);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static string? TextOf(JsonWebToken token, string claim) => token.TryGetPayloadValue<string>(claim, out var text) ? text : null;

    /// <summary>The left half of the hash that goes with both algorithms (OpenID Connect Core, section 3.1.3.6).</summary>
    private static string HalfHash(string accessToken) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(accessToken)).AsSpan(0, 16));

    private static bool AreEqual(string? one, string other) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(one ?? ""), Encoding.UTF8.GetBytes(other));
}
