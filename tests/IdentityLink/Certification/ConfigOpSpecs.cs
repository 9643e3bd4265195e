using System.Text.Json.Nodes;
using Hutong.IdentityLink.Tests.Hosting;

namespace Hutong.IdentityLink.Tests.Certification;

/// <summary>The module of the "Config OP" certification plan.</summary>
[Collection<OneService>]
public sealed class ConfigOpSpecs(IdentityService identity, SimulatedPlatforms platforms)
{
    [Fact(DisplayName = "oidcc-discovery-endpoint-verification")]
    public async Task Discovery()
    {
        using var client = new ConformanceClient(identity, platforms);
        var document = await client.Discovery();

        document["issuer"]!.GetValue<string>().ShouldBe(IdentityService.Origin);
        foreach (var endpoint in (string[])["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"])
            document[endpoint]!.GetValue<string>().ShouldStartWith(IdentityService.Origin + "/");
        Texts(document["response_types_supported"]).ShouldContain("code");
        Texts(document["grant_types_supported"]).ShouldContain("authorization_code");
        Texts(document["subject_types_supported"]).ShouldBe(["pairwise"]);
        Texts(document["scopes_supported"]).ShouldContain("openid");
        Texts(document["id_token_signing_alg_values_supported"]).ShouldContain("RS256");
        Texts(document["token_endpoint_auth_methods_supported"]).ShouldContain("client_secret_basic");
        Texts(document["claims_supported"]).ShouldContain("sub");
        document["claims_parameter_supported"]!.GetValue<bool>().ShouldBeTrue();
        document["request_uri_parameter_supported"]!.GetValue<bool>().ShouldBeFalse();
        foreach (var key in (await client.Keys()).Keys)
        {
            key.Use.ShouldBe("sig");
            key.HasPrivateKey.ShouldBeFalse();
        }
    }

    private static string[] Texts(JsonNode? list) => [.. list!.AsArray().Select(item => item!.GetValue<string>())];
}
