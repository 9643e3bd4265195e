using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hutong.Simulators.Platforms;

namespace Hutong.Simulators.OpenIdConnect;

/// <summary>Makes id tokens, signed by a key of this process (RS256).</summary>
internal sealed class IdTokens(TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly RSA _key = RSA.Create(2048);
    private readonly string _keyId = RandomNumberGenerator.GetHexString(16, lowercase: true);

    public object PublicKey
    {
        get
        {
            var key = _key.ExportParameters(includePrivateParameters: false);
            return new { kty = "RSA", use = "sig", alg = "RS256", kid = _keyId, n = Base64Url.EncodeToString(key.Modulus), e = Base64Url.EncodeToString(key.Exponent) };
        }
    }

    public string Make(string issuer, string audience, Grant grant, string accessToken)
    {
        var now = time.GetUtcNow();
        var claims = new Dictionary<string, object?>
        {
            ["iss"] = issuer,
            ["sub"] = grant.Person.Linli!.Subject,
            ["aud"] = audience,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = (now + Lifetime).ToUnixTimeSeconds(),
            ["auth_time"] = now.ToUnixTimeSeconds(),
            ["at_hash"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(accessToken)).AsSpan(0, 16)),
        };
        if (grant.Nonce is not null)
            claims["nonce"] = grant.Nonce;
        var signed = $"{Part(new { alg = "RS256", typ = "JWT", kid = _keyId })}.{Part(claims)}";
        var signature = _key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Part(object value) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(value));
}
