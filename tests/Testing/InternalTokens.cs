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

    private readonly WebApplication _server;
    private volatile SigningKey _key = new();

    /// <summary>Makes a key and serves it on a free port.</summary>
    public InternalTokens()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.MapGet("/jwks", () => TypedResults.Text(_key.Set, "application/jwk-set+json"));
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

    /// <summary>Takes the key out of the set, as one that leaked; another signs from now on.</summary>
    public void WithdrawKey()
    {
        using var withdrawn = _key;
        _key = new SigningKey();
    }

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
            SigningCredentials = _key.Credentials,
        });
    }

    /// <summary>The same as an <c>Authorization</c> header.</summary>
    public AuthenticationHeaderValue Bearer(string audience, Guid person) => new("Bearer", Mint(audience, person));

    /// <summary>Stops serving the key set.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _key.Dispose();
    }

    private sealed class SigningKey : IDisposable
    {
        private readonly RSA _rsa = RSA.Create(2048);

        public SigningKey()
        {
            var key = new RsaSecurityKey(_rsa) { KeyId = Guid.CreateVersion7().ToString("N") };
            Credentials = new SigningCredentials(key, SecurityAlgorithms.RsaSha256);
            var parameters = _rsa.ExportParameters(includePrivateParameters: false);
            Set = $$"""
                {"keys":[{"kty":"RSA","use":"sig","alg":"RS256","kid":"{{key.KeyId}}","n":"{{Base64UrlEncoder.Encode(parameters.Modulus)}}","e":"{{Base64UrlEncoder.Encode(parameters.Exponent)}}"}]}
                """;
        }

        public SigningCredentials Credentials { get; }

        public string Set { get; }

        public void Dispose() => _rsa.Dispose();
    }
}
