using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace Hutong.IdentityLink.Provider;

/// <summary>Stands in for a client that is not there, so that looking at its credentials takes as long as at anybody's.</summary>
internal static class Stranger
{
    private static readonly RsaSecurityKey Rsa = new(RSA.Create(2048).ExportParameters(includePrivateParameters: false));
    private static readonly ECDsaSecurityKey Ec = new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>A client that nothing proves: it has a secret nobody knows, and no way to authenticate.</summary>
    public static Client Client { get; } = new()
    {
        Id = "", Name = "", Sector = "", AuthenticationMethods = [], Secrets = [new(RandomNumberGenerator.GetBytes(32), ExpiresAt: null)],
    };

    /// <summary>A key by which nobody signs.</summary>
    public static SecurityKey KeyFor(string algorithm) => algorithm == SecurityAlgorithms.EcdsaSha256 ? Ec : Rsa;
}
