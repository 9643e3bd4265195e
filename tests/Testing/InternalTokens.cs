using System.Net.Http.Headers;
using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Hutong.Testing;

/// <summary>
/// Stands where Identity-Link does for a service under test: serves a key set and signs internal tokens with it, as
/// the gateway would get them. Nothing in the service is replaced; give it <see cref="Settings"/>. An assembly fixture
/// like <see cref="Servers"/>, or made by the test that needs it.
/// </summary>
public sealed class InternalTokens : IAsyncDisposable
{
    /// <summary>The public origin that the tokens' issuer begins with.</summary>
    public const string PublicOrigin = "http://localhost:8080";

    /// <summary>As long as an internal token may live.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    private readonly RSA _rsa = RSA.Create(2048);
    private readonly SigningCredentials _signing;
    private readonly WebApplication _server;

    /// <summary>Makes a key and serves it on a free port.</summary>
    public InternalTokens()
    {
        var key = new RsaSecurityKey(_rsa) { KeyId = Guid.CreateVersion7().ToString("N") };
        _signing = new SigningCredentials(key, SecurityAlgorithms.RsaSha256);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        var set = KeySet(key);
        _server.MapGet("/jwks", () => TypedResults.Text(set, "application/jwk-set+json"));
        _server.Start();
    }

    /// <summary>Where the key set is served: <c>/jwks</c> below it.</summary>
    public Uri Address => new(_server.Urls.First());

    /// <summary>What a service must be configured with to accept these tokens.</summary>
    public IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>
    {
        ["Public:Origin"] = PublicOrigin,
        ["Services:IdentityLink:0"] = Address.ToString(),
    };

    /// <summary>An internal token.</summary>
    /// <param name="audience">The service's name: <c>commerce-card</c>.</param>
    /// <param name="person">The caller's person id.</param>
    /// <param name="claims">Further claims, such as <c>nickname</c>.</param>
    /// <param name="lifetime">60 s when null, the longest a service accepts; negative for one that ran out.</param>
    public string Mint(
        string audience, Guid person, IReadOnlyDictionary<string, string>? claims = null, TimeSpan? lifetime = null)
    {
        var now = DateTime.UtcNow;
        var expires = now + (lifetime ?? Lifetime);
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = $"{PublicOrigin}/internal",
            Audience = audience,
            Subject = new ClaimsIdentity(
            [
                new Claim("sub", person.ToString()),
                .. (claims ?? new Dictionary<string, string>()).Select(c => new Claim(c.Key, c.Value)),
            ]),
            NotBefore = expires < now ? expires - Lifetime : now,
            IssuedAt = now,
            Expires = expires,
            SigningCredentials = _signing,
        });
    }

    /// <summary>The same as an <c>Authorization</c> header.</summary>
    public AuthenticationHeaderValue Bearer(string audience, Guid person) => new("Bearer", Mint(audience, person));

    /// <summary>Stops serving the key set.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _rsa.Dispose();
    }

    private static string KeySet(RsaSecurityKey key)
    {
        var parameters = key.Rsa.ExportParameters(includePrivateParameters: false);
        return $$"""
            {"keys":[{"kty":"RSA","use":"sig","alg":"RS256","kid":"{{key.KeyId}}","n":"{{Base64UrlEncoder.Encode(parameters.Modulus)}}","e":"{{Base64UrlEncoder.Encode(parameters.Exponent)}}"}]}
            """;
    }
}
