using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace Hutong.IdentityLink.Signing;

/// <summary>What is signed with (RFC 7518, section 3.1): the one that OpenID Connect wants offered, and the one that costs least.</summary>
internal static class SigningAlgorithms
{
    /// <summary>RSA of 2048 bits, PKCS#1 v1.5, SHA-256.</summary>
    public const string Rs256 = SecurityAlgorithms.RsaSha256;

    /// <summary>ECDSA on P-256, SHA-256.</summary>
    public const string Es256 = SecurityAlgorithms.EcdsaSha256;

    private const int RsaBits = 2048;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Rs256, Es256];

    /// <summary>Makes a key, PKCS#8.</summary>
    public static byte[] NewKey(string algorithm)
    {
        using AsymmetricAlgorithm key = algorithm switch
        {
            Rs256 => RSA.Create(RsaBits),
            Es256 => ECDsa.Create(ECCurve.NamedCurves.nistP256),
            _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "No such algorithm."),
        };
        return key.ExportPkcs8PrivateKey();
    }
}
