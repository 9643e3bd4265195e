using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Hutong.IdentityLink.Tests.Hosting;

/// <summary>The keys of <see cref="IdentityService.JwtPartner"/>, and what it signs with them.</summary>
internal static class PartnerKeys
{
    public const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    public static readonly RsaSecurityKey Rsa = new(RSA.Create(2048)) { KeyId = "partner-rsa" };
    public static readonly ECDsaSecurityKey Ec = new(ECDsa.Create(ECCurve.NamedCurves.nistP256)) { KeyId = "partner-ec" };

    /// <summary>The public parts, as the partner registered them.</summary>
    public static string Jwks { get; } = JsonSerializer.Serialize(new { keys = new[] { Public(Rsa), Public(Ec) } });

    /// <summary>An assertion as it should be, but for some claims; a null value leaves one out.</summary>
    public static string Assertion(SigningCredentials? by = null, params (string Name, object? Value)[] changes)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var claims = new Dictionary<string, object?>
        {
            ["iss"] = IdentityService.JwtPartner,
            ["sub"] = IdentityService.JwtPartner,
            ["aud"] = IdentityService.Origin,
            ["exp"] = now + 60,
            ["iat"] = now,
            ["jti"] = Guid.NewGuid().ToString(),
        };
        foreach (var (name, value) in changes)
            claims[name] = value;
        var payload = JsonSerializer.Serialize(claims.Where(claim => claim.Value is not null).ToDictionary());
        var handler = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false };
        return handler.CreateToken(payload, by ?? new(Rsa, SecurityAlgorithms.RsaSha256));
    }

    /// <summary>The parameters that go with an assertion.</summary>
    public static (string Name, string? Value)[] Proof(string assertion) =>
        [("client_assertion_type", AssertionType), ("client_assertion", assertion)];

    private static Dictionary<string, string> Public(SecurityKey key)
    {
        var jwk = key is RsaSecurityKey rsa
            ? JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(rsa.Rsa.ExportParameters(false)) { KeyId = rsa.KeyId })
            : JsonWebKeyConverter.ConvertFromECDsaSecurityKey((ECDsaSecurityKey)key);
        return jwk.Kty == "RSA"
            ? new() { ["kty"] = "RSA", ["kid"] = jwk.Kid, ["use"] = "sig", ["n"] = jwk.N, ["e"] = jwk.E }
            : new() { ["kty"] = "EC", ["kid"] = jwk.Kid, ["use"] = "sig", ["crv"] = jwk.Crv, ["x"] = jwk.X, ["y"] = jwk.Y };
    }
}
