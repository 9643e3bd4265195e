using System.Text.Json.Nodes;
using Hutong.IdentityLink.Tests.Hosting;

namespace Hutong.IdentityLink.Tests.Provider;

[Collection<OneService>]
public sealed class DiscoverySpecs(IdentityService identity)
{
    [Fact]
    public async Task The_document_names_public_addresses_that_are_all_there()
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = identity.Address };
        var document = JsonNode.Parse(await http.GetStringAsync(new Uri("/.well-known/openid-configuration", UriKind.Relative)))!.AsObject();

        document["issuer"]!.GetValue<string>().ShouldBe(IdentityService.Origin);
        foreach (var (name, address) in document.Where(p => p.Key.EndsWith("_endpoint", StringComparison.Ordinal) || p.Key == "jwks_uri"))
        {
            var uri = new Uri(address!.GetValue<string>());
            uri.GetLeftPart(UriPartial.Authority).ShouldBe(IdentityService.Origin, name);
            using var answer = await http.GetAsync(new Uri(uri.AbsolutePath, UriKind.Relative));
            answer.StatusCode.ShouldNotBe(System.Net.HttpStatusCode.NotFound, name);
        }
        document["id_token_signing_alg_values_supported"]!.AsArray().Select(v => v!.GetValue<string>()).ShouldBe(["RS256", "ES256"]);
        document["grant_types_supported"]!.AsArray().Select(v => v!.GetValue<string>())
            .ShouldBe(["authorization_code", "refresh_token", "client_credentials", "urn:ietf:params:oauth:grant-type:token-exchange", "urn:ietf:params:oauth:grant-type:device_code"]);
        document["request_uri_parameter_supported"]!.GetValue<bool>().ShouldBeFalse();
    }
}
