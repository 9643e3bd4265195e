using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Hutong.IdentityLink.Tests.Hosting;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Hutong.IdentityLink.Tests.Certification;

/// <summary>
/// A relying party and the person in front of it, as the OpenID Foundation's suite has them: a partner with a secret,
/// without PKCE, a fresh <c>state</c> and <c>nonce</c> for every request, and a look at all that comes back.
/// </summary>
internal sealed class ConformanceClient : IDisposable
{
    private const string Person = "li-na";

    private readonly IdentityService identity;
    private readonly HttpClient http;
    private string state = "";
    private string? nonce;

    public ConformanceClient(IdentityService identity, SimulatedPlatforms platforms, string client = IdentityService.Partner)
    {
        this.identity = identity;
        Browser = new TestBrowser(identity, platforms);
        Party = new RelyingParty(identity, client);
        http = new HttpClient { BaseAddress = identity.Address };
    }

    public TestBrowser Browser { get; }

    public RelyingParty Party { get; }

    public void Dispose()
    {
        Browser.Dispose();
        Party.Dispose();
        http.Dispose();
    }

    /// <summary>An authorization request; a null value leaves a parameter out.</summary>
    public string Request(params (string Name, string? Value)[] changes)
    {
        state = Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(10));
        nonce = changes.Any(change => change.Name == "nonce") ? null : Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(10));
        return Party.AuthorizeAddress(
            [("scope", "openid"), ("state", state), ("nonce", nonce), ("code_challenge", null), ("code_challenge_method", null), .. changes]);
    }

    /// <summary>Sends a request; signs in and agrees where a page asks for it, up to the answer at the redirect address.</summary>
    public Task<TestBrowser.Answer> Authorize(params (string Name, string? Value)[] changes) => Authorize(Request(changes));

    /// <inheritdoc cref="Authorize(ValueTuple{string, string?}[])"/>
    public async Task<TestBrowser.Answer> Authorize(string address) => await Complete(await Browser.Follow(await Browser.Get(address)));

    /// <summary>From a page of the provider to the answer at the redirect address, which carries the request's state.</summary>
    public async Task<TestBrowser.Answer> Complete(TestBrowser.Answer page)
    {
        if (IsSignIn(page))
            page = await Browser.SignIn(page, Person);
        if (page.Location is null)
            page = await Browser.Submit(page, "/consent", ("decision", "allow"));
        page.Location.ShouldNotBeNull().ShouldStartWith(Party.RedirectUri);
        page.LocationQuery["state"].ShouldBe(state);
        page.LocationQuery["iss"].ShouldBe(IdentityService.Origin);
        return page;
    }

    /// <summary>Whether a page asks who is there.</summary>
    public static bool IsSignIn(TestBrowser.Answer page) => page.Body.Contains("action=\"/sign-in/weibo\"", StringComparison.Ordinal);

    /// <summary>Redeems the code of an answer and looks at the tokens.</summary>
    public async Task<Tokens> Redeem(TestBrowser.Answer answer)
    {
        answer.LocationQuery["code"].Length.ShouldBeGreaterThanOrEqualTo(22, "a code has at least 128 bits");
        var (status, body) = await Party.Redeem(answer.LocationQuery["code"], ("code_verifier", null));
        status.ShouldBe(HttpStatusCode.OK, body.ToJsonString());
        return await Checked(body, nonce);
    }

    /// <summary>A whole sign-in.</summary>
    public async Task<Tokens> SignIn(params (string Name, string? Value)[] changes) => await Redeem(await Authorize(changes));

    /// <summary>Looks at a token answer as the suite does.</summary>
    public async Task<Tokens> Checked(JsonObject body, string? expectedNonce)
    {
        body["token_type"]!.GetValue<string>().ShouldBe("Bearer", StringCompareShould.IgnoreCase);
        body["expires_in"]!.GetValue<long>().ShouldBeGreaterThan(0);
        var access = body["access_token"]!.GetValue<string>();
        access.Length.ShouldBeGreaterThanOrEqualTo(22, "a token has at least 128 bits");
        var id = await Validated(body["id_token"]!.GetValue<string>(), access, expectedNonce);
        return new Tokens(access, body["refresh_token"]?.GetValue<string>(), id, body);
    }

    /// <summary><c>/userinfo</c> by one of the three ways.</summary>
    public async Task<JsonObject> UserInfo(Tokens tokens, HttpMethod method, bool inBody = false)
    {
        using var answer = await AskUserInfo(tokens, method, inBody);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        var claims = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject();
        claims["sub"]!.GetValue<string>().ShouldBe(tokens.Id.Subject);
        return claims;
    }

    /// <summary>Whether an access token still lets anything be known.</summary>
    public async Task<bool> Holds(Tokens tokens)
    {
        using var answer = await AskUserInfo(tokens, HttpMethod.Get, inBody: false);
        return answer.IsSuccessStatusCode;
    }

    /// <summary>The discovery document.</summary>
    public async Task<JsonObject> Discovery() =>
        JsonNode.Parse(await http.GetStringAsync(new Uri("/.well-known/openid-configuration", UriKind.Relative)))!.AsObject();

    /// <summary>The published keys.</summary>
    public async Task<JsonWebKeySet> Keys() => new(await http.GetStringAsync(new Uri("/jwks", UriKind.Relative)));

    /// <summary>Sends a browser to the end-session endpoint.</summary>
    public Task<TestBrowser.Answer> EndSession(params (string Name, string? Value)[] parameters) => Browser.Get(
        Microsoft.AspNetCore.WebUtilities.QueryHelpers.AddQueryString("/end_session", parameters.ToDictionary(p => p.Name, p => p.Value)));

    /// <summary>Nobody is signed in any more: <c>prompt=none</c> says so.</summary>
    public async Task ShouldBeSignedOut() => (await SilentError()).ShouldBe("login_required");

    /// <summary>Somebody still is.</summary>
    public async Task ShouldBeSignedIn() => (await SilentError()).ShouldBeNull();

    /// <summary>The sign-in lies back by this much.</summary>
    public async Task LetPass(TimeSpan time) =>
        await identity.Sql(
            "update browser_session set authenticated_at = authenticated_at - $1, begun_at = begun_at - $1 where sid = $2",
            time, await identity.SidOf(Browser));

    private async Task<string?> SilentError()
    {
        var answer = await Browser.Get(Request(("prompt", "none")));
        answer.Location!.ShouldStartWith(Party.RedirectUri);
        return answer.LocationQuery.GetValueOrDefault("error");
    }

    private async Task<HttpResponseMessage> AskUserInfo(Tokens tokens, HttpMethod method, bool inBody)
    {
        using var request = new HttpRequestMessage(method, "/userinfo");
        if (inBody)
            request.Content = new FormUrlEncodedContent([new("access_token", tokens.Access)]);
        else
            request.Headers.Authorization = new("Bearer", tokens.Access);
        return await http.SendAsync(request);
    }

    private async Task<JsonWebToken> Validated(string token, string accessToken, string? expectedNonce)
    {
        var keys = await Keys();
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = IdentityService.Origin,
            ValidAudience = Party.ClientId,
            ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
            IssuerSigningKeys = keys.GetSigningKeys(),
            TryAllIssuerSigningKeys = false,
            ClockSkew = TimeSpan.Zero,
        });
        result.IsValid.ShouldBeTrue(result.Exception?.Message);
        var id = (JsonWebToken)result.SecurityToken;
        id.Audiences.ShouldBe([Party.ClientId]);
        id.Subject.Length.ShouldBeInRange(1, 255);
        id.Claims.FirstOrDefault(claim => claim.Type == "nonce")?.Value.ShouldBe(expectedNonce);
        id.Claims.Any(claim => claim.Type == "nonce").ShouldBe(expectedNonce is not null);
        id.GetClaim("at_hash").Value.ShouldBe(Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(accessToken))[..16]));
        Math.Abs((DateTime.UtcNow - id.IssuedAt).TotalMinutes).ShouldBeLessThan(5);
        return id;
    }

    /// <summary>What a redeemed code gave.</summary>
    public sealed record Tokens(string Access, string? Refresh, JsonWebToken Id, JsonObject Body)
    {
        /// <summary>When the person had signed in.</summary>
        public long AuthTime => long.Parse(Id.GetClaim("auth_time").Value, System.Globalization.CultureInfo.InvariantCulture);
    }
}
