using System.Net;
using System.Security.Cryptography;
using Hutong.Gateway.Tests.Hosting;
using static Hutong.Gateway.Tests.Hosting.GatewayUnderTest;
using Values = System.Collections.Generic.Dictionary<string, object?>;

namespace Hutong.Gateway.Tests.SigningIn;

/// <summary>Each way in which an id token can be wrong is enough to refuse it (OpenID Connect Core, section 3.1.3.7).</summary>
public sealed class IdTokenSpecs : IClassFixture<SharedPlatform>
{
    private static readonly RSA OtherKey = RSA.Create(2048);
    private readonly Platform platform;

    public static TheoryData<string> Defects => [.. Alterations.Keys];

    private static Dictionary<string, Action<FakeProvider, Values, Values>> Alterations { get; } = new()
    {
        ["another nonce"] = (_, _, claims) => claims["nonce"] = "another",
        ["no nonce"] = (_, _, claims) => claims["nonce"] = null,
        ["another issuer"] = (_, _, claims) => claims["iss"] = "http://elsewhere.example",
        ["the issuer of internal tokens"] = (_, _, claims) => claims["iss"] += "/internal",
        ["another audience"] = (_, _, claims) => claims["aud"] = "hutong-shop",
        ["several audiences and another azp"] = (_, _, claims) =>
            (claims["aud"], claims["azp"]) = (new[] { "hutong-social", "hutong-shop" }, "hutong-shop"),
        ["run out"] = (_, _, claims) => claims["exp"] = DateTimeOffset.UtcNow.AddMinutes(-2).ToUnixTimeSeconds(),
        ["without an end"] = (_, _, claims) => claims["exp"] = null,
        ["from the future"] = (_, _, claims) => claims["iat"] = DateTimeOffset.UtcNow.AddMinutes(5).ToUnixTimeSeconds(),
        ["not yet valid"] = (_, _, claims) => claims["nbf"] = DateTimeOffset.UtcNow.AddMinutes(5).ToUnixTimeSeconds(),
        ["the hash of another access token"] = (_, _, claims) => claims["at_hash"] = "AAAAAAAAAAAAAAAAAAAAAA",
        ["no subject"] = (_, _, claims) => claims["sub"] = null,
        ["no session"] = (_, _, claims) => claims["sid"] = null,
        ["another type"] = (_, header, _) => header["typ"] = "logout+jwt",
        ["an unknown key id"] = (_, header, _) => header["kid"] = "unknown",
        ["no key id"] = (_, header, _) => header["kid"] = null,
        ["another key's signature"] = (provider, _, _) => provider.SignIdToken = Jwt.Rs256(OtherKey),
        ["no signature"] = (provider, header, _) =>
        {
            header["alg"] = "none";
            provider.SignIdToken = Jwt.None;
        },
        ["HS256 with the public key as secret"] = (provider, header, _) =>
        {
            header["alg"] = "HS256";
            provider.SignIdToken = Jwt.Hs256(provider.Key.ExportSubjectPublicKeyInfo());
        },
    };

    public IdTokenSpecs(SharedPlatform shared)
    {
        platform = shared.Platform;
        platform.Provider.BehaveAgain();
    }

    [Theory]
    [MemberData(nameof(Defects))]
    public async Task An_id_token_with_a_defect_signs_nobody_in(string defect)
    {
        platform.Provider.AlterIdToken = (header, claims) => Alterations[defect](platform.Provider, header, claims);
        using var browser = platform.Browser();
        browser.IsKnownToProviderAs(Platform.NewPerson());

        var answer = await browser.SignIn(Social);

        answer.Status.ShouldBe(HttpStatusCode.BadGateway);
        answer.Code.ShouldBe("id_token_invalid");
        browser.CookiesOfSite(Social).ShouldNotContainKey("__Host-hutong");
    }

    [Fact]
    public async Task An_id_token_for_several_audiences_given_to_us_is_accepted()
    {
        platform.Provider.AlterIdToken = (_, claims) =>
            (claims["aud"], claims["azp"]) = (new[] { "hutong-social", "hutong-shop" }, "hutong-social");
        using var browser = platform.Browser();
        browser.IsKnownToProviderAs(Platform.NewPerson());

        (await browser.SignIn(Social)).InternalClaim("sub").ShouldNotBeNull();
    }
}
