using Microsoft.IdentityModel.Tokens;

namespace Hutong.IdentityLink.Provider;

/// <summary>The public part of a signing key (RFC 7517, section 4; RFC 7518, section 6.3.1).</summary>
/// <param name="Kty">The kind of key.</param>
/// <param name="Use">What it is for.</param>
/// <param name="Alg">The algorithm it is used with.</param>
/// <param name="Kid">Names it: its thumbprint (RFC 7638).</param>
/// <param name="N">The modulus.</param>
/// <param name="E">The exponent.</param>
public sealed record PublicKey(string Kty, string Use, string Alg, string Kid, string N, string E)
{
    /// <summary>The public part of a key.</summary>
    public static PublicKey Of(RsaSecurityKey key)
    {
        var parameters = key.Rsa.ExportParameters(includePrivateParameters: false);
        return new(
            "RSA", "sig", SecurityAlgorithms.RsaSha256, key.KeyId,
            Base64UrlEncoder.Encode(parameters.Modulus), Base64UrlEncoder.Encode(parameters.Exponent));
    }
}
