using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hutong.Gateway.Tests.Hosting;

/// <summary>
/// Stands where Identity-Link does where a test needs a provider that errs, lies or counts. Who is signed in at it is
/// a cookie that the test sets. The real one is used where nothing of the kind is needed.
/// </summary>
public sealed class FakeProvider : IAsyncDisposable
{
    public const string PersonCookie = "fake-person";
    private const string Exchange = "urn:ietf:params:oauth:grant-type:token-exchange";

    private readonly WebApplication server;
    private readonly ConcurrentDictionary<string, Authorization> codes = new();
    private readonly ConcurrentDictionary<string, Authorization> accessTokens = new();
    private readonly ConcurrentDictionary<string, Authorization> refreshTokens = new();

    public FakeProvider()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        server = builder.Build();
        server.MapGet("/health/ready", () => "ready");
        server.MapGet("/jwks", () => TypedResults.Text(KeySet(), "application/jwk-set+json"));
        server.MapGet("/authorize", Authorize);
        server.MapPost("/token", Token);
        server.MapGet("/end_session", (HttpRequest request) => Results.Redirect(request.Query["post_logout_redirect_uri"].ToString()));
        server.MapGet("/userinfo", (HttpRequest request) =>
            new { authorization = request.Headers.Authorization.ToString(), cookie = request.Headers.Cookie.ToString() });
        server.MapGet("/identity/me", EchoService.Echo);
        server.Start();
    }

    public RSA Key { get; } = RSA.Create(2048);

    public string KeyId { get; } = "provider-key";

    public string Address => server.Urls.First();

    /// <summary>The public origin it issues for.</summary>
    public string Origin { get; set; } = "";

    /// <summary>Seconds that access tokens hold.</summary>
    public long AccessTokenLifetime { get; set; } = 600;

    /// <summary>Alters an id token before it is signed: header and claims.</summary>
    public Action<Dictionary<string, object?>, Dictionary<string, object?>>? AlterIdToken { get; set; }

    /// <summary>Signs id tokens instead of the provider's key.</summary>
    public Func<byte[], byte[]>? SignIdToken { get; set; }

    public bool RefusesRefresh { get; set; }

    public bool IsAway { get; set; }

    public ConcurrentBag<string> Refreshed { get; } = [];

    public ConcurrentBag<string> ExchangedFor { get; } = [];

    /// <summary>The session in which a person is signed in at the provider.</summary>
    public ConcurrentDictionary<string, string> Sids { get; } = new();

    /// <summary>Errs no more, and has counted nothing yet.</summary>
    public void BehaveAgain()
    {
        (AlterIdToken, SignIdToken, RefusesRefresh, IsAway, AccessTokenLifetime) = (null, null, false, false, 600);
        Refreshed.Clear();
        ExchangedFor.Clear();
    }

    /// <summary>Stops honouring everything given in a session.</summary>
    public void Revoke(string sid)
    {
        foreach (var tokens in (ConcurrentDictionary<string, Authorization>[])[accessTokens, refreshTokens])
            foreach (var (token, _) in tokens.Where(t => t.Value.Sid == sid))
                tokens.TryRemove(token, out _);
    }

    /// <summary>An access token as a partner app would hold it.</summary>
    public string AccessTokenFor(string person)
    {
        var token = Guid.NewGuid().ToString("N");
        accessTokens[token] = new Authorization("demo-partner", person, SidOf(person), "", "", "");
        return token;
    }

    /// <summary>A logout token as it should be.</summary>
    public (Dictionary<string, object?> Header, Dictionary<string, object?> Claims) LogoutToken(string clientId, string person)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        return (new() { ["alg"] = "RS256", ["typ"] = "logout+jwt", ["kid"] = KeyId }, new()
        {
            ["iss"] = Origin,
            ["aud"] = clientId,
            ["iat"] = now,
            ["exp"] = now + 120,
            ["jti"] = Guid.NewGuid().ToString(),
            ["sub"] = SubjectOf(person),
            ["sid"] = SidOf(person),
            ["events"] = new Dictionary<string, object> { ["http://schemas.openid.net/event/backchannel-logout"] = new Dictionary<string, object>() },
        });
    }

    public string Sign(Dictionary<string, object?> header, Dictionary<string, object?> claims) => Jwt.Write(header, claims, Jwt.Rs256(Key));

    public string SidOf(string person) => Sids.GetOrAdd(person, _ => Guid.NewGuid().ToString());

    public static string SubjectOf(string person) => $"pairwise-{person}";

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private IResult Authorize(HttpRequest request)
    {
        var query = request.Query;
        var answer = new Dictionary<string, string?> { ["state"] = query["state"], ["iss"] = Origin };
        if (request.Cookies[PersonCookie] is not { } person)
        {
            if (query["prompt"] != "none")
                return Results.Text("Who are you?");
            answer["error"] = "login_required";
        }
        else
        {
            var code = Guid.NewGuid().ToString("N");
            codes[code] = new Authorization(
                query["client_id"]!, person, SidOf(person), query["redirect_uri"]!, query["code_challenge"]!, query["nonce"]!);
            answer["code"] = code;
        }
        return Results.Redirect(QueryHelpers.AddQueryString(query["redirect_uri"]!, answer));
    }

    private async Task<IResult> Token(HttpRequest request)
    {
        if (IsAway)
            return Results.StatusCode(503);
        var client = ClientOf(request);
        var form = await request.ReadFormAsync();
        if (client is null)
            return Results.Json(new { error = "invalid_client" }, statusCode: 401);
        switch (form["grant_type"].ToString())
        {
            case "authorization_code":
                return codes.TryRemove(form["code"]!, out var given)
                    && given.ClientId == client && given.RedirectUri == form["redirect_uri"]
                    && given.Challenge == Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"]!)))
                        ? Tokens(given)
                        : Refused("invalid_grant");
            case "refresh_token":
                Refreshed.Add(form["refresh_token"]!);
                return !RefusesRefresh && refreshTokens.TryRemove(form["refresh_token"]!, out var kept) && kept.ClientId == client
                    ? Tokens(kept with { Nonce = "" })
                    : Refused("invalid_grant");
            case Exchange when client == "hutong-gateway":
                ExchangedFor.Add(form["audience"]!);
                return accessTokens.TryGetValue(form["subject_token"]!, out var caller)
                    ? Results.Json(new { access_token = Internal(caller, form["audience"]!), expires_in = 60, token_type = "N_A" })
                    : Refused("invalid_request");
            default:
                return Refused("unsupported_grant_type");
        }
    }

    private static string? ClientOf(HttpRequest request)
    {
        var basic = request.Headers.Authorization.ToString()["Basic ".Length..];
        return Encoding.UTF8.GetString(Convert.FromBase64String(basic)).Split(':') is [var id, var secret] && secret == GatewayUnderTest.SecretOf(id)
            ? id
            : null;
    }

    private static IResult Refused(string error) => Results.Json(new { error }, statusCode: 400);

    private IResult Tokens(Authorization given)
    {
        var (access, refresh) = (Guid.NewGuid().ToString("N"), Guid.NewGuid().ToString("N"));
        accessTokens[access] = given;
        refreshTokens[refresh] = given;
        return Results.Json(new
        {
            access_token = access,
            token_type = "Bearer",
            expires_in = AccessTokenLifetime,
            refresh_token = refresh,
            id_token = IdToken(given, access),
        });
    }

    private string IdToken(Authorization given, string accessToken)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var header = new Dictionary<string, object?> { ["alg"] = "RS256", ["typ"] = "JWT", ["kid"] = KeyId };
        var claims = new Dictionary<string, object?>
        {
            ["iss"] = Origin,
            ["aud"] = given.ClientId,
            ["iat"] = now,
            ["exp"] = now + 600,
            ["sub"] = SubjectOf(given.Person),
            ["sid"] = given.Sid,
            ["nonce"] = given.Nonce.Length > 0 ? given.Nonce : null,
            ["at_hash"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(accessToken)).AsSpan(0, 16)),
        };
        AlterIdToken?.Invoke(header, claims);
        return Jwt.Write(header, claims, SignIdToken ?? Jwt.Rs256(Key));
    }

    private string Internal(Authorization caller, string audience)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        return Sign(new() { ["alg"] = "RS256", ["typ"] = "at+jwt", ["kid"] = KeyId }, new()
        {
            ["iss"] = $"{Origin}/internal",
            ["aud"] = audience,
            ["sub"] = caller.Person,
            ["sid"] = caller.Sid,
            ["nbf"] = now,
            ["exp"] = now + 60,
            ["jti"] = Guid.NewGuid().ToString(),
        });
    }

    private string KeySet()
    {
        var parameters = Key.ExportParameters(includePrivateParameters: false);
        return $$"""
            {"keys":[{"kty":"RSA","use":"sig","alg":"RS256","kid":"{{KeyId}}","n":"{{Base64Url.EncodeToString(parameters.Modulus)}}","e":"{{Base64Url.EncodeToString(parameters.Exponent)}}"}]}
            """;
    }

    private sealed record Authorization(string ClientId, string Person, string Sid, string RedirectUri, string Challenge, string Nonce);
}
