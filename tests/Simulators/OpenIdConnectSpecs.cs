using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Hutong.Simulators.People;
using Microsoft.AspNetCore.WebUtilities;
using static Hutong.Simulators.Tests.SimulatedPlatforms;

namespace Hutong.Simulators.Tests;

public sealed class OpenIdConnectSpecs : IDisposable
{
    private const string Issuer = "http://linli.localhost:5200/linli";
    private const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    private readonly SimulatedPlatforms _platforms = new();

    [Fact]
    public async Task It_describes_itself()
    {
        var (_, document) = await _platforms.Get("/linli/.well-known/openid-configuration");
        document["issuer"]!.GetValue<string>().ShouldBe(Issuer);
        document["token_endpoint"]!.GetValue<string>().ShouldBe($"{Issuer}/token");
        document["authorization_response_iss_parameter_supported"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Fact]
    public async Task An_id_token_is_signed_by_a_published_key_and_carries_nonce_and_at_hash()
    {
        var reply = await Redeem(await Code());
        var parts = reply["id_token"]!.GetValue<string>().Split('.');
        var claims = JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!;
        claims["iss"]!.GetValue<string>().ShouldBe(Issuer);
        claims["aud"]!.GetValue<string>().ShouldBe("1001");
        claims["sub"]!.GetValue<string>().ShouldBe(DemoPeople.Find("li-na")!.Linli!.Subject);
        claims["nonce"]!.GetValue<string>().ShouldBe("the-nonce");
        var hash = SHA256.HashData(Encoding.ASCII.GetBytes(reply["access_token"]!.GetValue<string>()));
        claims["at_hash"]!.GetValue<string>().ShouldBe(Base64Url.EncodeToString(hash.AsSpan(0, 16)));

        var key = (await _platforms.Get("/linli/keys")).Body["keys"]![0]!;
        using var rsa = RSA.Create(new RSAParameters { Modulus = Bytes(key["n"]!), Exponent = Bytes(key["e"]!) });
        rsa.VerifyData(
            Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .ShouldBeTrue();
    }

    [Theory]
    [InlineData("1001", "one", Redirect, "another-verifier", "invalid_grant", HttpStatusCode.BadRequest)]
    [InlineData("1001", "one", Redirect, "", "invalid_grant", HttpStatusCode.BadRequest)]
    [InlineData("1001", "one", Redirect + "/other", Verifier, "invalid_grant", HttpStatusCode.BadRequest)]
    [InlineData("2002", "two", Redirect, Verifier, "invalid_grant", HttpStatusCode.BadRequest)]
    [InlineData("1001", "wrong", Redirect, Verifier, "invalid_client", HttpStatusCode.Unauthorized)]
    public async Task A_code_is_bound_to_app_address_and_verifier(
        string client, string secret, string redirect, string verifier, string error, HttpStatusCode status)
    {
        var (answered, body, _) = await Token(await Code(), client, secret, redirect, verifier);
        answered.ShouldBe(status);
        body["error"]!.GetValue<string>().ShouldBe(error);
    }

    [Fact]
    public async Task Userinfo_gives_what_the_scopes_allow()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/linli/userinfo");
        request.Headers.Authorization = new("Bearer", (await Redeem(await Code()))["access_token"]!.GetValue<string>());
        using var answer = await _platforms.Browser.SendAsync(request);
        var claims = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject();
        claims["nickname"]!.GetValue<string>().ShouldBe(DemoPeople.Find("li-na")!.Linli!.Nickname);
        claims.ShouldNotContainKey("email");

        using var refused = await _platforms.Browser.GetAsync("/linli/userinfo");
        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    public void Dispose() => _platforms.Dispose();

    private static byte[] Bytes(JsonNode text) => Base64Url.DecodeFromChars(text.GetValue<string>());

    private Task<string> Code() => _platforms.Code(
        QueryHelpers.AddQueryString(AuthorizeAddress("/linli/authorize", scope: "openid profile"), new Dictionary<string, string?>
        {
            ["nonce"] = "the-nonce",
            ["code_challenge"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier))),
            ["code_challenge_method"] = "S256",
        }), "li-na");

    private async Task<JsonObject> Redeem(string code)
    {
        var (status, body, _) = await Token(code);
        status.ShouldBe(HttpStatusCode.OK);
        return body;
    }

    private Task<(HttpStatusCode Status, JsonObject Body, string? ContentType)> Token(
        string code, string client = "1001", string secret = "one", string redirect = Redirect, string verifier = Verifier) =>
        _platforms.Post("/linli/token",
            ("grant_type", "authorization_code"), ("client_id", client), ("client_secret", secret), ("code", code),
            ("redirect_uri", redirect), ("code_verifier", verifier));
}
