using Hutong.Gateway.Sites;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Hutong.Gateway.Provider;

/// <summary>
/// What id tokens and logout tokens have in common (RFC 7519; RFC 8725, section 3): signed by a key of the provider with
/// an algorithm we chose, issued by it, made for this client, and not over.
/// </summary>
internal sealed class SignedTokens(ProviderKeys keys, SiteDirectory sites, TimeProvider time)
{
    /// <summary>How far the provider's clock may be from ours.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);

    private const int MaxLength = 16 * 1024;

    // Never HS256, whose key would be a public one, and never none.
    private static readonly string[] Algorithms = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.EcdsaSha256];

    private static readonly JsonWebTokenHandler Handler = new() { MapInboundClaims = false };

    /// <summary>Verifies a token.</summary>
    /// <param name="token">As it came.</param>
    /// <param name="types">The values its header's <c>typ</c> may have; the empty one for none.</param>
    /// <param name="clientId">Whom it must be made for.</param>
    /// <param name="cancellation">Ends the reading of keys.</param>
    /// <returns>The token, or what is wrong with it.</returns>
    public async Task<(JsonWebToken? Token, string? Defect)> Verify(
        string token, IReadOnlyList<string> types, string clientId, CancellationToken cancellation)
    {
        if (token.Length > MaxLength || !Handler.CanReadToken(token))
            return (null, "not a signed token");
        if (Read(token) is not { } read)
            return (null, "not a signed token");
        if (!types.Contains(read.Typ ?? "", StringComparer.OrdinalIgnoreCase))
            return (null, "typ");
        if (!Algorithms.Contains(read.Alg))
            return (null, "alg");
        if (await keys.Find(read.Kid, cancellation) is not { } key)
            return (null, "kid");
        var result = await Handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = sites.Origin,
            ValidAudience = clientId,
            ValidAlgorithms = Algorithms,
            IssuerSigningKey = key,
            RequireSignedTokens = true,
            LifetimeValidator = (from, to, _, _) => IsNow(from, to),
        });
        if (!result.IsValid)
            return (null, DefectOf(result.Exception));
        // A token for several audiences names the one it was given to (OpenID Connect Core, section 3.1.3.7).
        if (read.Audiences.Count() > 1 && read.Azp != clientId)
            return (null, "azp");
        return read.IssuedAt != default && read.IssuedAt <= time.GetUtcNow().UtcDateTime + ClockSkew
            ? (read, null)
            : (null, "iat");
    }

    private static JsonWebToken? Read(string token)
    {
        try
        {
            return Handler.ReadJsonWebToken(token);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private bool IsNow(DateTime? from, DateTime? to)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return to is { } end && now < end + ClockSkew && (from is not { } start || start - ClockSkew <= now);
    }

    private static string DefectOf(Exception? e) => e switch
    {
        SecurityTokenInvalidIssuerException => "iss",
        SecurityTokenInvalidAudienceException => "aud",
        SecurityTokenInvalidLifetimeException or SecurityTokenExpiredException or SecurityTokenNoExpirationException => "exp",
        _ => "signature",
    };
}
