using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace Hutong.Benchmarks.Provider;

/// <summary>Leads a browser from an authorization request through the provider's pages, where it has any for this one.</summary>
/// <returns>The address at the client it is sent to in the end, and its cookies as their header.</returns>
internal delegate Task<(string Location, string Cookie)> FirstVisit(string address);

/// <summary>An authorization request with PKCE (RFC 7636); each is made once.</summary>
internal sealed class CodeRequest
{
    public CodeRequest(ProviderUnderLoad provider, string scope) => Address = QueryHelpers.AddQueryString(provider.Authorize, new Dictionary<string, string?>
    {
        ["client_id"] = ProviderUnderLoad.ClientId,
        ["response_type"] = "code",
        ["scope"] = scope,
        ["redirect_uri"] = ProviderUnderLoad.RedirectUri,
        ["state"] = State,
        ["nonce"] = State,
        ["code_challenge"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier))),
        ["code_challenge_method"] = "S256",
    });

    /// <summary>Path and query at the provider.</summary>
    public string Address { get; }

    public string Verifier { get; } = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>Also the nonce.</summary>
    public string State { get; } = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));

    /// <summary>The code in the answer; null where it is none, or none to this request.</summary>
    public string? CodeIn(string location)
    {
        if (!location.StartsWith(ProviderUnderLoad.RedirectUri + '?', StringComparison.Ordinal))
            return null;
        var query = QueryHelpers.ParseQuery(location[ProviderUnderLoad.RedirectUri.Length..]);
        return query["state"] == State ? query["code"].ToString() : null;
    }
}
