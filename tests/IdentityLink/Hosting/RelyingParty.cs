using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.IdentityModel.Tokens;

namespace Hutong.IdentityLink.Tests.Hosting;

/// <summary>A client of the provider, in its own words: authorization requests and token requests.</summary>
public sealed class RelyingParty(Func<Uri> service, string clientId, bool isPublic = false) : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });

    public RelyingParty(IdentityService identity, string clientId, bool isPublic = false) : this(() => identity.Address, clientId, isPublic)
    {
    }

    public string ClientId => clientId;

    public string RedirectUri { get; } = IdentityService.RedirectUri(clientId);

    public string Verifier { get; } = Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(32));

    public string Challenge => Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)));

    /// <summary>An authorization request; a null value leaves a parameter out.</summary>
    public string AuthorizeAddress(params (string Name, string? Value)[] changes) =>
        QueryHelpers.AddQueryString("/authorize", Request(changes).Select(p => KeyValuePair.Create(p.Key, (string?)p.Value)));

    /// <summary>The parameters of an authorization request.</summary>
    public Dictionary<string, string> Request(params (string Name, string? Value)[] changes)
    {
        var parameters = new Dictionary<string, string?>
        {
            ["client_id"] = clientId,
            ["redirect_uri"] = RedirectUri,
            ["response_type"] = "code",
            ["scope"] = "openid profile offline_access",
            ["state"] = "the-state",
            ["nonce"] = "the-nonce",
            ["code_challenge"] = Challenge,
            ["code_challenge_method"] = "S256",
        };
        foreach (var (name, value) in changes)
            parameters[name] = value;
        return parameters.Where(p => p.Value is not null).ToDictionary(p => p.Key, p => p.Value!);
    }

    /// <summary>Signs somebody in, in a browser in which nobody is signed in yet or the same person is, with consent if asked for.</summary>
    public async Task<GivenTokens> SignIn(TestBrowser browser, string person, string platform = "weibo")
    {
        var answer = await browser.Follow(await browser.Get(AuthorizeAddress()));
        if (answer.Body.Contains($"action=\"/sign-in/{platform}\"", StringComparison.Ordinal))
            answer = await browser.SignIn(answer, person, platform);
        if (answer.Location is null)
            answer = await browser.Submit(answer, "/consent", ("decision", "allow"));
        var (status, body) = await Redeem(answer.LocationQuery["code"]);
        status.ShouldBe(HttpStatusCode.OK);
        return new(
            body["access_token"]!.GetValue<string>(), body["refresh_token"]!.GetValue<string>(),
            new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(body["id_token"]!.GetValue<string>()).Subject);
    }

    public Task<(HttpStatusCode Status, JsonObject Body)> Redeem(string code, params (string Name, string? Value)[] changes) =>
        Token([("grant_type", "authorization_code"), ("code", code), ("redirect_uri", RedirectUri), ("code_verifier", Verifier), .. changes]);

    public Task<(HttpStatusCode Status, JsonObject Body)> Refresh(string refreshToken, params (string Name, string? Value)[] changes) =>
        Token([("grant_type", "refresh_token"), ("refresh_token", refreshToken), .. changes]);

    public Task<(HttpStatusCode Status, JsonObject Body)> Exchange(string accessToken, string audience) => Token(
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("subject_token", accessToken),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
        ("audience", audience));

    /// <summary>A token request; of a parameter given twice the later holds, and null leaves it out.</summary>
    public async Task<(HttpStatusCode Status, JsonObject Body)> Token(params (string Name, string? Value)[] parameters)
    {
        var form = new Dictionary<string, string?>();
        foreach (var (name, value) in parameters)
            form[name] = value;
        if (isPublic)
            form.TryAdd("client_id", clientId);
        return await Token(new FormUrlEncodedContent(form.Where(f => f.Value is not null)!), isPublic ? null : IdentityService.Secret(clientId));
    }

    public Task<(HttpStatusCode Status, JsonObject Body)> Token(HttpContent content, string? secret) => Post("/token", content, secret);

    /// <summary>Sends a form to an endpoint for clients, with the secret in the header; none where it is null.</summary>
    public async Task<(HttpStatusCode Status, JsonObject Body)> Post(string endpoint, HttpContent content, string? secret)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(service(), endpoint)) { Content = content };
        if (secret is not null)
            request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{clientId}:{secret}")));
        using var response = await http.SendAsync(request);
        var body = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, body.Length == 0 ? [] : JsonNode.Parse(body)!.AsObject());
    }

    /// <summary>As <see cref="Post(string, HttpContent, string?)"/>, with the client's own secret.</summary>
    public async Task<(HttpStatusCode Status, JsonObject Body)> Post(string endpoint, params (string Name, string? Value)[] parameters)
    {
        using var form = new FormUrlEncodedContent(parameters.Where(p => p.Value is not null).Select(p => KeyValuePair.Create(p.Name, p.Value!)));
        return await Post(endpoint, form, isPublic ? null : IdentityService.Secret(clientId));
    }

    public async Task<(HttpStatusCode Status, JsonObject Body)> UserInfo(string accessToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(service(), "/userinfo"));
        request.Headers.Authorization = new("Bearer", accessToken);
        using var response = await http.SendAsync(request);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject());
    }

    public void Dispose() => http.Dispose();
}

/// <summary>What a sign-in gave.</summary>
public sealed record GivenTokens(string AccessToken, string RefreshToken, string Subject);
