using Hutong.ServiceDefaults.Authentication;

namespace Hutong.IdentityLink.Provider;

/// <summary>The provider's names and addresses: always the public ones.</summary>
public sealed class Issuer
{
    /// <summary>Takes the origin from <c>Public:Origin</c>.</summary>
    public Issuer(IConfiguration configuration)
    {
        Internal = InternalToken.Issuer(configuration);
        Public = (configuration["Public:Origin"] ?? "").TrimEnd('/');
    }

    /// <summary><c>iss</c> of everything outside.</summary>
    public string Public { get; }

    /// <summary><c>iss</c> of internal tokens, so that neither kind passes for the other.</summary>
    public string Internal { get; }

    /// <summary>A public address of ours.</summary>
    public string Address(string path) => Public + path;
}
