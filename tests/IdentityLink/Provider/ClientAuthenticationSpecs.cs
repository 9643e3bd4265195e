using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Hutong.IdentityLink.Tests.Hosting;
using Hutong.Testing;
using Microsoft.IdentityModel.Tokens;

namespace Hutong.IdentityLink.Tests.Provider;

[Collection<OneService>]
public sealed class ClientAuthenticationSpecs(IdentityService identity, Servers servers, SimulatedPlatforms platforms) : IDisposable
{
    private readonly RelyingParty partner = new(identity, IdentityService.JwtPartner);

    public void Dispose() => partner.Dispose();

    [Theory]
    [InlineData(SecurityAlgorithms.RsaSha256)]
    [InlineData(SecurityAlgorithms.EcdsaSha256)]
    [InlineData(SecurityAlgorithms.RsaSsaPssSha256)]
    public async Task A_client_proves_itself_by_what_it_signed(string algorithm)
    {
        SecurityKey key = algorithm == SecurityAlgorithms.EcdsaSha256 ? PartnerKeys.Ec : PartnerKeys.Rsa;
        foreach (var audience in (string[])[IdentityService.Origin, IdentityService.Origin + "/token"])
            (await Ask(PartnerKeys.Assertion(new(key, algorithm), ("aud", audience)))).Status.ShouldBe(HttpStatusCode.OK, audience);
    }

    [Fact]
    public async Task An_assertion_is_good_once()
    {
        var assertion = PartnerKeys.Assertion();
        (await Ask(assertion)).Status.ShouldBe(HttpStatusCode.OK);
        (await Ask(assertion)).ShouldBeError("invalid_client", HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Of_an_assertion_that_is_shown_to_two_instances_at_once_one_takes_it()
    {
        await using var two = new IdentityService(servers, platforms);
        await two.Start(
            new Dictionary<string, string?> { [$"Provider:Clients:{IdentityService.Partner}:AuthenticationMethod"] = "client_secret_post" }, count: 2);
        var turn = 0;
        using var client = new RelyingParty(() => two.Instance(Interlocked.Increment(ref turn) % 2), IdentityService.JwtPartner);
        for (var round = 0; round < 5; round++)
        {
            var assertion = PartnerKeys.Assertion();
            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Ask(assertion, client)));
            answers.Count(answer => answer.Status == HttpStatusCode.OK).ShouldBe(1);
        }

        // Whoever registered one way to send its secret is not taken at the other.
        using var byPost = new RelyingParty(() => two.Address, IdentityService.Partner);
        (await byPost.Token(("grant_type", "client_credentials"))).ShouldBeError("invalid_client", HttpStatusCode.Unauthorized);
        (await Post(byPost, [("grant_type", "client_credentials"), ("client_id", byPost.ClientId), ("client_secret", IdentityService.Secret(byPost.ClientId))]))
            .Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_assertion_for_others_of_another_time_or_without_a_name_proves_nothing()
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        (string, object?)[] wrong =
        [
            ("iss", "demo-partner"), ("iss", null), ("sub", "demo-partner"), ("sub", null), ("sub", "nobody"),
            ("aud", "https://other.example"), ("aud", new[] { IdentityService.Origin, "https://other.example" }), ("aud", null),
            ("exp", now - 120), ("exp", now + 3600), ("exp", null), ("exp", "tomorrow"), ("nbf", now + 300), ("iat", now + 300),
            ("jti", null), ("jti", ""), ("jti", new string('j', 300)),
        ];
        foreach (var change in wrong)
            (await Ask(PartnerKeys.Assertion(null, change))).ShouldBeError("invalid_client", HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task No_key_but_the_clients_own_and_no_weak_algorithm_proves_anything()
    {
        using var stranger = RSA.Create(2048);
        var good = PartnerKeys.Assertion();
        string[] forged =
        [
            PartnerKeys.Assertion(new(new RsaSecurityKey(stranger) { KeyId = PartnerKeys.Rsa.KeyId }, SecurityAlgorithms.RsaSha256)),
            PartnerKeys.Assertion(new(new RsaSecurityKey(stranger) { KeyId = "unknown" }, SecurityAlgorithms.RsaSha256)),
            PartnerKeys.Assertion(new(PartnerKeys.Rsa, SecurityAlgorithms.RsaSha512)),
            PartnerKeys.Assertion(new(
                new SymmetricSecurityKey(PartnerKeys.Rsa.Rsa.ExportRSAPublicKey()) { KeyId = PartnerKeys.Rsa.KeyId }, SecurityAlgorithms.HmacSha256)),
            $"{Base64UrlEncoder.Encode("""{"alg":"none"}""")}.{good.Split('.')[1]}.",
            good[..^6] + "AAAAAA",
            "not-a-token", "a.b.c", "....", $"{Base64UrlEncoder.Encode("[]")}.{Base64UrlEncoder.Encode("[]")}.AAAA",
        ];
        foreach (var assertion in forged)
            (await Ask(assertion)).ShouldBeError("invalid_client", HttpStatusCode.Unauthorized);
        (await Ask(good)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_client_authenticates_in_no_way_but_its_own()
    {
        using var basic = new RelyingParty(identity, IdentityService.JwtPartner);
        (await basic.Post("/token", ("grant_type", "client_credentials"))).ShouldBeError("invalid_client", HttpStatusCode.Unauthorized);
        (await Post(("grant_type", "client_credentials"), ("client_id", IdentityService.JwtPartner)))
            .ShouldBeError("invalid_client", HttpStatusCode.Unauthorized);
        var foreign = PartnerKeys.Assertion(null, ("iss", IdentityService.Partner), ("sub", IdentityService.Partner));
        (await Ask(foreign)).ShouldBeError("invalid_client", HttpStatusCode.Unauthorized);
        (await Post(("grant_type", "refresh_token"), ("client_id", IdentityService.PublicClient), ("client_secret", "made-up")))
            .ShouldBeError("invalid_client", HttpStatusCode.Unauthorized);
        (await Post([("grant_type", "client_credentials"), ("client_id", IdentityService.Partner), .. PartnerKeys.Proof(PartnerKeys.Assertion())]))
            .ShouldBeError("invalid_client", HttpStatusCode.Unauthorized);
        (await Post([("grant_type", "client_credentials"), ("client_assertion", PartnerKeys.Assertion()), ("client_assertion_type", "urn:other")]))
            .ShouldBeError("invalid_client", HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Two_ways_at_once_are_an_error()
    {
        (string, string?)[] both = [("grant_type", "client_credentials"), .. PartnerKeys.Proof(PartnerKeys.Assertion())];
        (await partner.Post("/token", both)).ShouldBeError("invalid_request");
        (await Post([.. both, ("client_id", IdentityService.Partner), ("client_secret", "x")])).ShouldBeError("invalid_request");
    }

    [Fact]
    public async Task A_client_may_use_only_the_grant_types_that_it_registered()
    {
        using var site = new RelyingParty(identity, IdentityService.Site);
        using var gateway = new RelyingParty(identity, IdentityService.Gateway);
        (await site.Token(("grant_type", "client_credentials"))).ShouldBeError("unauthorized_client");
        (await site.Exchange("x", "social-feed")).ShouldBeError("unauthorized_client");
        (await gateway.Redeem("x")).ShouldBeError("unauthorized_client");
        (await gateway.Refresh("x")).ShouldBeError("unauthorized_client");
    }

    [Fact]
    public async Task A_header_that_is_no_basic_authentication_is_refused_as_a_wrong_secret_is()
    {
        foreach (var header in (string[])["Basic", "Basic !!!", "Basic " + Convert.ToBase64String("no-colon"u8), "Digest x=y", "Bearer abc"])
        {
            using var http = new HttpClient { BaseAddress = identity.Address };
            using var request = new HttpRequestMessage(HttpMethod.Post, "/token")
            {
                Content = new FormUrlEncodedContent([new("grant_type", "client_credentials")]),
            };
            request.Headers.TryAddWithoutValidation("Authorization", header);
            using var answer = await http.SendAsync(request);
            answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, header);
            answer.Headers.WwwAuthenticate.ToString().ShouldBe("Basic realm=\"hutong\"");
        }
    }

    private Task<(HttpStatusCode Status, JsonObject Body)> Ask(string assertion, RelyingParty? client = null) =>
        Post(client ?? partner, [("grant_type", "client_credentials"), .. PartnerKeys.Proof(assertion)]);

    private Task<(HttpStatusCode Status, JsonObject Body)> Post(params (string Name, string? Value)[] form) => Post(partner, form);

    private static async Task<(HttpStatusCode Status, JsonObject Body)> Post(RelyingParty client, (string Name, string? Value)[] form)
    {
        using var content = new FormUrlEncodedContent(form.Select(f => KeyValuePair.Create(f.Name, f.Value!)));
        return await client.Post("/token", content, secret: null);
    }
}
