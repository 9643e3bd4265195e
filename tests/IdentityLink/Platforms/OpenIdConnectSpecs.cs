using System.Security.Cryptography;
using System.Text;
using Hutong.EventStore.Commands;
using Hutong.IdentityLink.Platforms;
using Hutong.IdentityLink.Platforms.OpenIdConnect;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.IdentityModel.Tokens;

namespace Hutong.IdentityLink.Tests.Platforms;

/// <summary>The OpenID Connect adapter against a provider that lies in one word at a time.</summary>
public sealed class OpenIdConnectSpecs : IAsyncDisposable
{
    private static readonly string[] TwoApps = ["our-app", "another-app"];

    private readonly RawProvider provider = new();
    private OpenIdConnectPlatform? platform;

    public ValueTask DisposeAsync() => provider.DisposeAsync();

    [Fact]
    public async Task The_account_is_issuer_and_subject_whatever_else_the_token_tells()
    {
        provider.Gives(("email", "lina@mail.example"), ("email_verified", true), ("phone_number", "+8613800000000"));
        var account = await Redeem();
        account.Value!.Subject.ShouldBe($"{provider.Issuer} user-7");
        account.Value.Aliases.ShouldBeEmpty();
        account.Value.Nickname.ShouldBe("巷口的灯");
    }

    [Fact]
    public async Task The_way_there_carries_nonce_and_challenge_and_the_way_back_the_verifier()
    {
        var address = (await Platform.AuthorizeAddress(RawPlatform.Visit, default)).Value!;
        address.GetLeftPart(UriPartial.Path).ShouldBe($"{provider.Issuer}/authorize");
        var asked = QueryHelpers.ParseQuery(address.Query);
        asked["nonce"].ToString().ShouldBe(RawPlatform.Visit.Nonce);
        asked["code_challenge_method"].ToString().ShouldBe("S256");
        asked["code_challenge"].ToString().ShouldBe(
            Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(RawPlatform.Visit.CodeVerifier))));
        asked["scope"].ToString().Split(' ').ShouldContain("openid");

        provider.Gives();
        await Redeem();
        var redeemed = provider.Platform.At("/token");
        redeemed.Parameters["code_verifier"].ShouldBe(RawPlatform.Visit.CodeVerifier);
        redeemed.Authorization.ShouldBe($"Basic {Convert.ToBase64String("our-app:secret%26more"u8)}");
    }

    [Fact]
    public async Task A_provider_that_takes_the_secret_in_the_form_gets_it_there()
    {
        provider.Describe(("token_endpoint_auth_methods_supported", new System.Text.Json.Nodes.JsonArray("client_secret_post")));
        provider.Gives();
        (await Redeem()).Succeeded.ShouldBeTrue();
        provider.Platform.At("/token").Parameters["client_secret"].ShouldBe("secret&more");
    }

    public static TheoryData<string, object?, string> Lies => new()
    {
        { "iss", "https://another.example", "platform_answer_unproven" },
        { "iss", null, "platform_answer_unproven" },
        { "aud", "another-app", "platform_wrong_audience" },
        { "aud", null, "platform_wrong_audience" },
        { "aud", TwoApps, "platform_wrong_audience" },
        { "azp", "another-app", "platform_wrong_audience" },
        { "exp", DateTimeOffset.UtcNow.AddMinutes(-2).ToUnixTimeSeconds(), "platform_answer_unproven" },
        { "exp", null, "platform_answer_unproven" },
        { "nbf", DateTimeOffset.UtcNow.AddMinutes(5).ToUnixTimeSeconds(), "platform_answer_unproven" },
        { "iat", DateTimeOffset.UtcNow.AddHours(-1).ToUnixTimeSeconds(), "platform_answer_unproven" },
        { "iat", DateTimeOffset.UtcNow.AddMinutes(5).ToUnixTimeSeconds(), "platform_answer_unproven" },
        { "iat", null, "platform_answer_unproven" },
        { "nonce", "another-visits-nonce", "platform_answer_unproven" },
        { "nonce", null, "platform_answer_unproven" },
        { "at_hash", RawProvider.HalfHash("another-token"), "platform_answer_unproven" },
        { "sub", null, "platform_answer_unproven" },
        { "sub", new string('s', 256), "platform_answer_unproven" },
    };

    [Theory, MemberData(nameof(Lies))]
    public async Task One_wrong_claim_signs_nobody_in(string claim, object? value, string rejection)
    {
        provider.Gives((claim, value));
        (await Redeem()).Rejection!.Code.ShouldBe(rejection);
    }

    [Fact]
    public async Task A_token_for_several_apps_counts_when_ours_asked_for_it()
    {
        provider.Gives(("aud", TwoApps), ("azp", "our-app"));
        (await Redeem()).Succeeded.ShouldBeTrue();
    }

    [Fact]
    public async Task Es256_is_as_good_as_rs256_and_nothing_else_is_good()
    {
        provider.Gives(RawProvider.Sign(provider.Claims(), provider.EcKey, SecurityAlgorithms.EcdsaSha256));
        (await Redeem()).Succeeded.ShouldBeTrue();

        provider.Gives(RawProvider.Sign(provider.Claims(), provider.RsaKey, SecurityAlgorithms.RsaSha512));
        (await Redeem()).Rejection!.Code.ShouldBe("platform_answer_unproven");

        // The public key as the secret of an HMAC, which everybody can compute.
        using var rsa = RSA.Create(provider.RsaKey.Rsa.ExportParameters(false));
        var hmac = new SymmetricSecurityKey(Encoding.ASCII.GetBytes(rsa.ExportSubjectPublicKeyInfoPem())) { KeyId = "rsa-1" };
        provider.Gives(RawProvider.Sign(provider.Claims(), hmac, SecurityAlgorithms.HmacSha256));
        (await Redeem()).Rejection!.Code.ShouldBe("platform_answer_unproven");

        var unsigned = RawProvider.Sign(provider.Claims(), provider.RsaKey, SecurityAlgorithms.RsaSha256).Split('.');
        provider.Gives($"{Base64UrlEncoder.Encode("""{"alg":"none"}""")}.{unsigned[1]}.");
        (await Redeem()).Rejection!.Code.ShouldBe("platform_answer_unproven");
    }

    [Fact]
    public async Task A_signature_by_somebody_else_signs_nobody_in()
    {
        using var theirs = RSA.Create(2048);
        provider.Gives(RawProvider.Sign(provider.Claims(), new RsaSecurityKey(theirs) { KeyId = "rsa-1" }, SecurityAlgorithms.RsaSha256));
        (await Redeem()).Rejection!.Code.ShouldBe("platform_answer_unproven");
    }

    [Fact]
    public async Task An_unknown_key_is_asked_for_once_and_found_if_it_is_new()
    {
        provider.Gives();
        (await Redeem()).Succeeded.ShouldBeTrue();
        KeyRequests.ShouldBe(1);
        (await Redeem()).Succeeded.ShouldBeTrue();
        KeyRequests.ShouldBe(1);

        using var next = RSA.Create(2048);
        var key = new RsaSecurityKey(next) { KeyId = "rsa-2" };
        provider.Gives(RawProvider.Sign(provider.Claims(), key, SecurityAlgorithms.RsaSha256));
        (await Redeem()).Rejection!.Code.ShouldBe("platform_answer_unproven");
        KeyRequests.ShouldBe(2);

        provider.Publish(provider.RsaKey, key);
        (await Redeem()).Succeeded.ShouldBeTrue();
        KeyRequests.ShouldBe(3);
    }

    [Fact]
    public async Task An_answer_of_another_issuer_is_refused_before_the_code_is_shown_to_anybody()
    {
        provider.Gives();
        (await Redeem(issuer: "https://another.example")).Rejection!.Code.ShouldBe("platform_answer_unproven");
        (await Redeem(issuer: null)).Rejection!.Code.ShouldBe("platform_answer_unproven");
        provider.Platform.Asked.ShouldNotContain(question => question.Path == "/token");
    }

    [Fact]
    public async Task A_provider_that_never_names_itself_in_answers_need_not()
    {
        provider.Describe(("authorization_response_iss_parameter_supported", null));
        provider.Gives();
        (await Redeem(issuer: null)).Succeeded.ShouldBeTrue();
        (await Redeem(issuer: "https://another.example")).Rejection!.Code.ShouldBe("platform_answer_unproven");
    }

    [Theory]
    [InlineData("issuer", "http://another.example")]
    [InlineData("token_endpoint", null)]
    [InlineData("authorization_endpoint", "javascript:alert(1)")]
    [InlineData("jwks_uri", "file:///etc/passwd")]
    public async Task A_discovery_document_that_is_anothers_or_unfit_is_not_used(string property, string? value)
    {
        provider.Describe((property, value));
        (await Platform.AuthorizeAddress(RawPlatform.Visit, default)).Rejection!.Code.ShouldBe("platform_unavailable");
    }

    [Fact]
    public async Task The_name_may_be_in_userinfo_and_counts_only_for_the_same_subject()
    {
        provider.Gives(("nickname", null));
        provider.Platform.Says("/userinfo", """{"sub":"user-7","name":"灯"}""");
        (await Redeem()).Value!.Nickname.ShouldBe("灯");
        provider.Platform.At("/userinfo").Authorization.ShouldBe("Bearer the-token");

        provider.Platform.Says("/userinfo", """{"sub":"user-8","name":"别人"}""");
        (await Redeem()).Value!.Nickname.ShouldBeNull();
    }

    [Fact]
    public async Task A_refused_code_and_a_reply_without_id_token_sign_nobody_in()
    {
        provider.Platform.Says("/token", """{"error":"invalid_grant","error_description":"code was used"}""", 400);
        (await Redeem()).Rejection!.Code.ShouldBe("platform_refused");
        provider.Platform.Says("/token", """{"access_token":"the-token"}""");
        (await Redeem()).Rejection!.Code.ShouldBe("platform_unavailable");
        provider.Gives("not.a.token");
        (await Redeem()).Rejection!.Code.ShouldBe("platform_answer_unproven");
    }

    [Fact]
    public async Task What_is_on_the_issuers_host_can_be_reached_elsewhere()
    {
        const string issuer = "http://linli.localhost:5200/linli";
        provider.Platform.Says("/linli/.well-known/openid-configuration", $$"""
            {"issuer":"{{issuer}}","authorization_endpoint":"{{issuer}}/authorize","token_endpoint":"{{issuer}}/token","jwks_uri":"{{issuer}}/keys"}
            """);
        var options = new OpenIdConnectOptions
        {
            Issuer = issuer,
            ApiAddress = provider.Platform.Address,
            Title = new OpenIdConnectTitle { Chinese = "邻里通", English = "Linli" },
            Side = Side.Social,
            ClientId = "our-app",
            ClientSecret = "secret",
        };
        var linli = new OpenIdConnectPlatform("linli", options, provider.Platform.Api, TimeProvider.System);
        (await linli.AuthorizeAddress(RawPlatform.Visit, default)).Value!.AbsoluteUri.ShouldStartWith($"{issuer}/authorize?");
        linli.AuthorizeOrigins.ShouldBe(["http://linli.localhost:5200"]);
        (await RawPlatform.Redeem(linli)).Rejection.ShouldNotBeNull();
        provider.Platform.At("/linli/token").Parameters["code"].ShouldBe("the-code");
    }

    private int KeyRequests => provider.Platform.Asked.Count(question => question.Path == "/keys");

    private OpenIdConnectPlatform Platform =>
        platform ??= new OpenIdConnectPlatform("linli", provider.Options, provider.Platform.Api, TimeProvider.System);

    private Task<Outcome<PlatformAccount>> Redeem() => Redeem(provider.Issuer);

    private Task<Outcome<PlatformAccount>> Redeem(string? issuer) => RawPlatform.Redeem(Platform, issuer: issuer);
}
