using System.Security.Cryptography;
using System.Text.Json.Serialization;
using Microsoft.IdentityModel.Tokens;

namespace Hutong.IdentityLink.Signing;

/// <summary>The public part of a signing key (RFC 7517, section 4; RFC 7518, sections 6.2.1 and 6.3.1).</summary>
/// <param name="Kty">The kind of key.</param>
/// <param name="Use">What it is for.</param>
/// <param name="Alg">The algorithm it is used with.</param>
/// <param name="Kid">Names it: its thumbprint (RFC 7638).</param>
/// <param name="N">The modulus, of RSA.</param>
/// <param name="E">The exponent, of RSA.</param>
/// <param name="Crv">The curve, of EC.</param>
/// <param name="X">A coordinate, of EC.</param>
/// <param name="Y">The other.</param>
public sealed record PublicKey(
    string Kty,
    string Use,
    string Alg,
    string Kid,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? N = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? E = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Crv = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? X = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Y = null)
{
    private const string Signatures = "sig";

    /// <summary>The public part of an RSA key.</summary>
    public static PublicKey Of(RSA key)
    {
        var parameters = key.ExportParameters(includePrivateParameters: false);
        return Named(new(
            JsonWebAlgorithmsKeyTypes.RSA, Signatures, SigningAlgorithms.Rs256, "",
            N: Base64UrlEncoder.Encode(parameters.Modulus), E: Base64UrlEncoder.Encode(parameters.Exponent)));
    }

    /// <summary>The public part of a key on P-256.</summary>
    public static PublicKey Of(ECDsa key)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return Named(new(
            JsonWebAlgorithmsKeyTypes.EllipticCurve, Signatures, SigningAlgorithms.Es256, "",
            Crv: JsonWebKeyECTypes.P256, X: Base64UrlEncoder.Encode(point.X), Y: Base64UrlEncoder.Encode(point.Y)));
    }

    /// <summary>As something to verify with.</summary>
    internal JsonWebKey ToSecurityKey() => new() { Kty = Kty, Use = Use, Alg = Alg, Kid = Kid, KeyId = Kid, N = N, E = E, Crv = Crv, X = X, Y = Y };

    private static PublicKey Named(PublicKey key) => key with { Kid = Base64UrlEncoder.Encode(key.ToSecurityKey().ComputeJwkThumbprint()) };
}
