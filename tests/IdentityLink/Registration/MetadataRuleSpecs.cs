using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hutong.EventStore.Commands;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Registration;
using Hutong.ServiceDefaults.Outgoing;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Hutong.IdentityLink.Tests.Registration;

public sealed class MetadataRuleSpecs
{
    private static readonly MetadataRules Rules = new(Options.Create(new PartnerCallOptions()));

    [Fact]
    public void What_is_left_out_has_the_specifications_default_and_ES256()
    {
        var (metadata, contacts) = Read("""{ "client_name": "Noodles", "redirect_uris": ["https://noodles.example/cb"], "unknown": 1 }""").Value;
        metadata.ApplicationType.ShouldBe("web");
        metadata.AuthenticationMethod.ShouldBe("client_secret_basic");
        metadata.GrantTypes.ShouldBe(["authorization_code"]);
        metadata.Scopes.ShouldBe(["openid"]);
        metadata.IdTokenAlgorithm.ShouldBe("ES256");
        metadata.RequiresPushedRequests.ShouldBeFalse();
        contacts.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("http://noodles.example/cb", "https")]
    [InlineData("https://noodles.example/cb#part", "fragment")]
    [InlineData("https://*.noodles.example/cb", "wildcard")]
    [InlineData("https://noodles.example/*", "wildcard")]
    [InlineData("https://user@noodles.example/cb", "user")]
    [InlineData("/cb", "absolute")]
    [InlineData("https://localhost/cb", "host")]
    [InlineData("https://app.localhost/cb", "host")]
    [InlineData("https://192.0.2.1/cb", "host")]
    [InlineData("https://[2001:db8::1]/cb", "host")]
    [InlineData("https://intranet/cb", "host")]
    [InlineData("http://127.0.0.1/cb", "https")]
    [InlineData("javascript:alert(1)", "https")]
    [InlineData("https://noodles.example\\\\@evil.example/cb", "absolute")]
    [InlineData("https://n\u00f6dles.example/cb", "absolute")]
    public void A_redirect_address_of_a_web_client_is_one_https_address_of_the_internet(string address, string said)
    {
        var refused = Read($$"""{ "client_name": "Noodles", "redirect_uris": ["{{address}}"] }""").Rejection!;
        refused.Code.ShouldBe("invalid_redirect_uri");
        refused.Detail!.ShouldContain(said);
    }

    [Theory]
    [InlineData("http://127.0.0.1/cb", true)]
    [InlineData("http://127.0.0.1:8123/cb", true)]
    [InlineData("http://[::1]/cb", true)]
    [InlineData("com.example.noodles:/cb", true)]
    [InlineData("https://noodles.example/cb", true)]
    [InlineData("http://localhost:8123/cb", false)]
    [InlineData("http://127.0.0.2/cb", false)]
    [InlineData("http://noodles.example/cb", false)]
    [InlineData("noodles:/cb", false)]
    [InlineData("com.example.noodles://cb", false)]
    [InlineData("javascript:alert(1)", false)]
    public void A_native_client_listens_on_its_own_machine_or_has_a_scheme_or_an_address_of_its_own(string address, bool isFit) =>
        (Read($$"""{ "client_name": "Noodles", "application_type": "native", "redirect_uris": ["{{address}}"] }""").Rejection?.Code)
            .ShouldBe(isFit ? null : "invalid_redirect_uri");

    [Theory]
    [InlineData("http://127.0.0.1:54321/cb", true)]
    [InlineData("http://127.0.0.1/cb", true)]
    [InlineData("http://127.0.0.1:99999/cb", false)]
    [InlineData("http://127.0.0.1:54321/cb?x=1", false)]
    [InlineData("http://127.0.0.1:54321/other", false)]
    [InlineData("http://127.0.0.1:54321@evil.example/cb", false)]
    [InlineData("http://[::1]:54321/cb", false)]
    [InlineData("http://localhost/cb", false)]
    [InlineData("https://127.0.0.1/cb", false)]
    [InlineData("https://noodles.example:444/cb", false)]
    public void The_port_alone_of_a_native_clients_own_machine_is_open(string asked, bool isFit)
    {
        var native = new Client
        {
            Id = "x", Name = "x", Sector = "x", AuthenticationMethods = [], IsNative = true,
            RedirectUris = ["http://127.0.0.1:8123/cb", "https://noodles.example/cb"],
        };
        native.MayRedirectTo(asked).ShouldBe(isFit);
        (native with { IsNative = false }).MayRedirectTo(asked).ShouldBeFalse();
    }

    [Theory]
    [InlineData("""{ "client_name": null }""", "client_name is missing")]
    [InlineData("""{ "client_name": "" }""", "client_name")]
    [InlineData("""{ "client_name": 7 }""", "client_name")]
    [InlineData("""{ "client_name": "Your\u202Ebank" }""", "client_name")]
    [InlineData("""{ "client_name#zh-CN": "x\n" }""", "client_name#zh-CN")]
    [InlineData("""{ "application_type": "other" }""", "application_type")]
    [InlineData("""{ "redirect_uris": "https://noodles.example/cb" }""", "redirect_uris")]
    [InlineData("""{ "redirect_uris": ["https://noodles.example/cb", "https://noodles.example/cb"] }""", "twice")]
    [InlineData("""{ "redirect_uris": ["https://a.example/", "https://b.example/"] }""", "sector_identifier_uri")]
    [InlineData("""{ "post_logout_redirect_uris": ["http://noodles.example/"] }""", "post_logout_redirect_uris")]
    [InlineData("""{ "backchannel_logout_uri": "http://noodles.example/out" }""", "backchannel_logout_uri")]
    [InlineData("""{ "backchannel_logout_uri": "https://10.0.0.1/out" }""", "backchannel_logout_uri")]
    [InlineData("""{ "backchannel_logout_uri": "https://localhost/out" }""", "backchannel_logout_uri")]
    [InlineData("""{ "security_events_uri": "https://noodles.example/#x" }""", "security_events_uri")]
    [InlineData("""{ "sector_identifier_uri": "https://169.254.169.254/x" }""", "sector_identifier_uri")]
    [InlineData("""{ "client_uri": "javascript:alert(1)" }""", "client_uri")]
    [InlineData("""{ "logo_uri": "data:image/png;base64,AA" }""", "logo_uri")]
    [InlineData("""{ "policy_uri": "http://noodles.example/" }""", "policy_uri")]
    [InlineData("""{ "tos_uri": "noodles.example" }""", "tos_uri")]
    [InlineData("""{ "token_endpoint_auth_method": "client_secret_jwt" }""", "token_endpoint_auth_method")]
    [InlineData("""{ "token_endpoint_auth_method": "private_key_jwt" }""", "needs jwks")]
    [InlineData("""{ "jwks": { "keys": [] } }""", "jwks")]
    [InlineData("""{ "jwks_uri": "https://noodles.example/jwks" }""", "jwks_uri")]
    [InlineData("""{ "grant_types": ["password"] }""", "grant_types")]
    [InlineData("""{ "grant_types": ["implicit"] }""", "grant_types")]
    [InlineData("""{ "grant_types": ["authorization_code", "client_credentials"], "token_endpoint_auth_method": "none" }""", "client_credentials")]
    [InlineData("""{ "response_types": ["token"] }""", "response type")]
    [InlineData("""{ "scope": "openid operations" }""", "scope")]
    [InlineData("""{ "scope": "openid clients" }""", "scope")]
    [InlineData("""{ "scope": "openid unionid" }""", "union_group")]
    [InlineData("""{ "scope": "openid partner" }""", "client_credentials")]
    [InlineData("""{ "union_group": "union:other" }""", "union_group")]
    [InlineData("""{ "id_token_signed_response_alg": "none" }""", "id_token_signed_response_alg")]
    [InlineData("""{ "id_token_signed_response_alg": "HS256" }""", "id_token_signed_response_alg")]
    [InlineData("""{ "require_pushed_authorization_requests": "yes" }""", "require_pushed_authorization_requests")]
    [InlineData("""{ "contacts": ["not an address"] }""", "contacts")]
    public void Whatever_else_is_unfit_is_named(string change, string said)
    {
        var body = new JsonObject { ["client_name"] = "Noodles", ["redirect_uris"] = new JsonArray("https://noodles.example/cb") };
        foreach (var (name, value) in JsonNode.Parse(change)!.AsObject())
            body[name] = value?.DeepClone();
        var refused = Read(body.ToJsonString()).Rejection!;
        refused.Code.ShouldBe("invalid_client_metadata");
        refused.Detail!.ShouldContain(said);
    }

    [Theory]
    [InlineData("backchannel_logout_uri")]
    [InlineData("security_events_uri")]
    [InlineData("sector_identifier_uri")]
    public void Nobody_registers_an_address_of_a_host_that_is_exempt_for_our_own_sites(string name)
    {
        var body = new JsonObject { ["client_name"] = "Noodles", ["redirect_uris"] = new JsonArray("https://noodles.example/cb") };
        foreach (var host in (string[])["http://localhost:15672", "https://localhost", "https://gateway.example:8080"])
        {
            body[name] = $"{host}/x";
            using var document = JsonDocument.Parse(body.ToJsonString());
            var rules = new MetadataRules(Options.Create(new PartnerCallOptions { ExemptHosts = ["localhost"] }));
            rules.Read(document.RootElement).Succeeded.ShouldBe(host == "https://gateway.example:8080");
        }
    }

    [Theory]
    [InlineData("""{ "client_name": "\ud800", "redirect_uris": ["https://noodles.example/cb"] }""")]
    [InlineData("""{ "client_name": "x", "redirect_uris": ["https://noodles.example/\udc00"] }""")]
    [InlineData("""{ "client_name": "x", "redirect_uris": ["https://noodles.example/cb"], "application_type": "\ud800" }""")]
    [InlineData("""{ "client_name": "x", "redirect_uris": ["https://noodles.example/cb"], "jwks": { "keys": [{ "kty": "\ud800" }] } }""")]
    [InlineData("""{ "client_name": "x", "redirect_uris": ["https://noodles.example/cb"], "response_types": ["\ud800"] }""")]
    [InlineData("""{ "client_name": "x", "redirect_uris": ["https://noodles.example/cb"], "unknown\ud800": 1 }""")]
    public void Half_a_character_is_none(string json) => Read(json).Rejection!.Code.ShouldBe("invalid_client_metadata");

    [Fact]
    public void Everything_is_bounded()
    {
        foreach (var (name, value) in (IEnumerable<(string, JsonNode)>)
        [
            ("client_name", new string('x', 65)),
            ("redirect_uris", new JsonArray([.. Enumerable.Range(0, 21).Select(n => JsonValue.Create($"https://noodles.example/{n}"))])),
            ("redirect_uris", new JsonArray($"https://noodles.example/{new string('x', 512)}")),
            ("client_uri", $"https://noodles.example/{new string('x', 512)}"),
            ("contacts", new JsonArray([.. Enumerable.Range(0, 11).Select(n => JsonValue.Create($"{n}@noodles.example"))])),
            ("contacts", new JsonArray($"{new string('x', 254)}@noodles.example")),
            ("scope", string.Join(' ', Enumerable.Repeat("openid", 100))),
            ("union_group", new string('x', 65)),
        ])
        {
            var body = new JsonObject { ["client_name"] = "Noodles", ["redirect_uris"] = new JsonArray("https://noodles.example/cb") };
            body[name] = value;
            Read(body.ToJsonString()).Succeeded.ShouldBeFalse(name);
        }
        Read("[]").Rejection!.Code.ShouldBe("invalid_client_metadata");
    }

    [Fact]
    public void A_client_without_redirect_addresses_has_no_use_for_the_code_and_the_other_way_round()
    {
        Read("""{ "client_name": "x" }""").Rejection!.Code.ShouldBe("invalid_redirect_uri");
        Read("""{ "client_name": "x", "grant_types": ["client_credentials"], "redirect_uris": ["https://a.example/"] }""").Rejection!.Code
            .ShouldBe("invalid_redirect_uri");
        Read("""{ "client_name": "x", "grant_types": ["client_credentials"], "scope": "partner" }""").Succeeded.ShouldBeTrue();
    }

    [Fact]
    public void Keys_are_public_and_long_enough_and_nothing_else_of_them_is_kept()
    {
        using var p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var rsa = RSA.Create(2048);
        var ec = Ec(p256, "1");
        var kept = JsonNode.Parse(Keys(ec, Rsa(rsa, "2")).Value.Metadata.Jwks!)!["keys"]!.AsArray();
        kept.Count.ShouldBe(2);
        kept[0]!.AsObject().Select(member => member.Key).ShouldBe(["kty", "kid", "crv", "x", "y"]);

        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var small = RSA.Create(1024);
        Refusal(Ec(p384, "1")).ShouldContain("P-256");
        Refusal(Rsa(small, "1")).ShouldContain("2048");
        Refusal(With(ec, "d", Base64UrlEncoder.Encode(p256.ExportParameters(true).D))).ShouldContain("private");
        Refusal(With(Rsa(rsa, "1"), "p", "AQ")).ShouldContain("private");
        Refusal(new JsonObject { ["kty"] = "oct", ["k"] = "c2VjcmV0" }).ShouldContain("private");
        Refusal(With(ec, "x", Base64UrlEncoder.Encode(new byte[32]))).ShouldContain("P-256");
        Refusal(With(ec, "x", "!")).ShouldContain("P-256");
        Refusal(With(ec, "use", "enc")).ShouldContain("use");
        Refusal(With(ec, "alg", "HS256")).ShouldContain("ES256");
        Keys(ec, ec).Rejection!.Detail!.ShouldContain("kid");
        Keys([.. Enumerable.Range(0, 11).Select(n => With(ec, "kid", $"{n}"))]).Rejection!.Detail!.ShouldContain("jwks");

        static string Refusal(JsonObject key) => Keys(key).Rejection!.Detail!;
    }

    private static Outcome<(ClientMetadata Metadata, IReadOnlyList<string> Contacts)> Keys(params IEnumerable<JsonObject> keys) => Read(new JsonObject
    {
        ["client_name"] = "Noodles",
        ["redirect_uris"] = new JsonArray("https://noodles.example/cb"),
        ["token_endpoint_auth_method"] = "private_key_jwt",
        ["jwks"] = new JsonObject { ["keys"] = new JsonArray([.. keys.Select(key => key.DeepClone())]) },
    }.ToJsonString());

    private static JsonObject With(JsonObject key, string member, string value)
    {
        var changed = key.DeepClone().AsObject();
        changed[member] = value;
        return changed;
    }

    private static JsonObject Ec(ECDsa key, string kid)
    {
        var parameters = key.ExportParameters(includePrivateParameters: false);
        return new()
        {
            ["kty"] = "EC", ["kid"] = kid, ["crv"] = parameters.Q.X!.Length == 32 ? "P-256" : "P-384", ["key_ops"] = new JsonArray("verify"),
            ["x"] = Base64UrlEncoder.Encode(parameters.Q.X), ["y"] = Base64UrlEncoder.Encode(parameters.Q.Y),
        };
    }

    private static JsonObject Rsa(RSA key, string kid)
    {
        var parameters = key.ExportParameters(includePrivateParameters: false);
        return new()
        {
            ["kty"] = "RSA", ["kid"] = kid, ["n"] = Base64UrlEncoder.Encode(parameters.Modulus), ["e"] = Base64UrlEncoder.Encode(parameters.Exponent),
        };
    }

    private static Outcome<(ClientMetadata Metadata, IReadOnlyList<string> Contacts)> Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Rules.Read(document.RootElement);
    }
}
