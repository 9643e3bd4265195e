using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace Hutong.Benchmarks.Provider;

/// <summary>A running provider, with what a relying party knows of it.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Port">Where it listens on this machine.</param>
/// <param name="Issuer">Its <c>iss</c>.</param>
/// <param name="Authorize">The path of its authorization endpoint.</param>
/// <param name="Token">The path of its token endpoint.</param>
/// <param name="Introspection">The path of its introspection endpoint.</param>
/// <param name="Keys">What its id tokens are verified with.</param>
internal sealed record ProviderUnderLoad(
    string Name, int Port, string Issuer, string Authorize, string Token, string Introspection, IReadOnlyList<SecurityKey> Keys)
{
    /// <summary>The one client, registered at each provider alike.</summary>
    public const string ClientId = "bench-partner";

    public const string ClientSecret = "the-long-random-secret-of-the-benchmark";

    public const string RedirectUri = "https://partner.example/callback";

    /// <summary>Reads the provider's discovery document (OpenID Connect Discovery 1.0, section 4) and keys.</summary>
    public static async Task<ProviderUnderLoad> At(int port, string name)
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        using var document = JsonDocument.Parse(await http.GetStringAsync(new Uri("/.well-known/openid-configuration", UriKind.Relative)));
        var keys = await http.GetStringAsync(new Uri(Path("jwks_uri"), UriKind.Relative));
        return new(
            name, port, document.RootElement.GetProperty("issuer").GetString()!, Path("authorization_endpoint"), Path("token_endpoint"),
            Path("introspection_endpoint"), [.. new JsonWebKeySet(keys).GetSigningKeys()]);

        string Path(string endpoint) => new Uri(document.RootElement.GetProperty(endpoint).GetString()!).AbsolutePath;
    }
}
