using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hutong.IdentityLink.Platforms;
using Hutong.IdentityLink.Platforms.OpenIdConnect;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Hutong.IdentityLink.Tests.Platforms;

/// <summary>An OpenID Connect provider whose every word a spec can change.</summary>
public sealed class RawProvider : IAsyncDisposable
{
    public const string ClientId = "our-app";

    private readonly RSA rsa = RSA.Create(2048);
    private readonly ECDsa ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public RawProvider()
    {
        RsaKey = new RsaSecurityKey(rsa) { KeyId = "rsa-1" };
        EcKey = new ECDsaSecurityKey(ecdsa) { KeyId = "ec-1" };
        Describe();
        Publish(RsaKey, EcKey);
    }

    public RawPlatform Platform { get; } = new();

    public RsaSecurityKey RsaKey { get; }

    public ECDsaSecurityKey EcKey { get; }

    public string Issuer => Platform.Address;

    public OpenIdConnectOptions Options => new()
    {
        Issuer = Issuer,
        Title = new OpenIdConnectTitle { Chinese = "邻里通", English = "Linli" },
        Side = Side.Social,
        ClientId = ClientId,
        ClientSecret = "secret&more",
    };

    /// <summary>Sets the discovery document; a null value leaves a property out.</summary>
    public void Describe(params (string Name, JsonNode? Value)[] changes)
    {
        var document = new JsonObject
        {
            ["issuer"] = Issuer,
            ["authorization_endpoint"] = $"{Issuer}/authorize",
            ["token_endpoint"] = $"{Issuer}/token",
            ["jwks_uri"] = $"{Issuer}/keys",
            ["userinfo_endpoint"] = $"{Issuer}/userinfo",
            ["authorization_response_iss_parameter_supported"] = true,
        };
        foreach (var (name, value) in changes)
            document[name] = value;
        Platform.Says("/.well-known/openid-configuration", document.ToJsonString());
    }

    public void Publish(params SecurityKey[] keys) => Platform.Says("/keys", JsonSerializer.Serialize(new
    {
        keys = keys.Select(JsonWebKeyConverter.ConvertFromSecurityKey).Select(key => new { kty = key.Kty, kid = key.Kid, n = key.N, e = key.E, crv = key.Crv, x = key.X, y = key.Y, k = key.K }),
    }));

    /// <summary>The claims of an id token as it should be; a null value leaves one out.</summary>
    public Dictionary<string, object> Claims(params (string Name, object? Value)[] changes)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var claims = new Dictionary<string, object?>
        {
            ["iss"] = Issuer,
            ["sub"] = "user-7",
            ["aud"] = ClientId,
            ["iat"] = now,
            ["exp"] = now + 300,
            ["nonce"] = RawPlatform.Visit.Nonce,
            ["at_hash"] = HalfHash("the-token"),
            ["nickname"] = "巷口的灯",
        };
        foreach (var (name, value) in changes)
            claims[name] = value;
        return claims.Where(claim => claim.Value is not null).ToDictionary(claim => claim.Key, claim => claim.Value!);
    }

    public static string Sign(Dictionary<string, object> claims, SecurityKey key, string algorithm) =>
        new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(
            new SecurityTokenDescriptor { Claims = claims, SigningCredentials = new SigningCredentials(key, algorithm) });

    public void Gives(string idToken) =>
        Platform.Says("/token", new JsonObject { ["access_token"] = "the-token", ["token_type"] = "Bearer", ["id_token"] = idToken }.ToJsonString());

    public void Gives(params (string Name, object? Value)[] changes) => Gives(Sign(Claims(changes), RsaKey, SecurityAlgorithms.RsaSha256));

    public static string HalfHash(string accessToken) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(accessToken)).AsSpan(0, 16));

    public async ValueTask DisposeAsync()
    {
        await Platform.DisposeAsync();
        rsa.Dispose();
        ecdsa.Dispose();
    }
}
