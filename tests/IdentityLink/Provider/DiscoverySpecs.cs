using System.Net;
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
            answer.StatusCode.ShouldNotBe(HttpStatusCode.NotFound, name);
        }
        document["id_token_signing_alg_values_supported"]!.AsArray().Select(v => v!.GetValue<string>()).ShouldBe(["RS256", "ES256"]);
        document["grant_types_supported"]!.AsArray().Select(v => v!.GetValue<string>())
            .ShouldBe(["authorization_code", "refresh_token", "client_credentials", "urn:ietf:params:oauth:grant-type:token-exchange", "urn:ietf:params:oauth:grant-type:device_code"]);
        document["request_uri_parameter_supported"]!.GetValue<bool>().ShouldBeFalse();
        document["claims_parameter_supported"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Fact]
    public async Task Every_endpoint_for_clients_takes_the_ways_to_authenticate_that_the_document_names_and_no_other()
    {
        using var http = new HttpClient { BaseAddress = identity.Address };
        var document = JsonNode.Parse(await http.GetStringAsync(new Uri("/.well-known/openid-configuration", UriKind.Relative)))!.AsObject();
        string[] all = ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"];
        using var partner = new RelyingParty(identity, IdentityService.Partner);
        foreach (var (endpoint, like) in ((string, string)[])
            [("token", "token"), ("revocation", "revocation"), ("introspection", "introspection"),
             ("pushed_authorization_request", "token"), ("device_authorization", "token")])
        {
            // Those without a list of their own follow the token endpoint's (RFC 9126, section 5).
            var named = document[$"{like}_endpoint_auth_methods_supported"]!.AsArray().Select(method => method!.GetValue<string>()).ToArray();
            document[$"{like}_endpoint_auth_signing_alg_values_supported"]!.AsArray().Select(alg => alg!.GetValue<string>())
                .ShouldBe(["RS256", "ES256", "PS256"]);
            var path = new Uri(document[$"{endpoint}_endpoint"]!.GetValue<string>()).AbsolutePath;
            foreach (var method in all)
            {
                var (status, body) = await AskBy(method, path, partner);
                (status == HttpStatusCode.Unauthorized).ShouldBe(!named.Contains(method), $"{endpoint} {method} {body.ToJsonString()}");
            }
        }
    }

    [Fact]
    public async Task What_the_document_offers_to_authorization_requests_is_taken()
    {
        using var http = new HttpClient { BaseAddress = identity.Address };
        var document = JsonNode.Parse(await http.GetStringAsync(new Uri("/.well-known/openid-configuration", UriKind.Relative)))!.AsObject();
        using var browser = new TestBrowser(() => identity.Address, platformPort: 1);
        using var site = new RelyingParty(identity, IdentityService.Site);
        foreach (var (parameter, list) in ((string, string)[])
            [("response_mode", "response_modes_supported"), ("prompt", "prompt_values_supported"), ("display", "display_values_supported"),
             ("acr_values", "acr_values_supported"), ("code_challenge_method", "code_challenge_methods_supported"),
             ("ui_locales", "ui_locales_supported"), ("response_type", "response_types_supported")])
        {
            foreach (var value in document[list]!.AsArray().Select(one => one!.GetValue<string>()))
            {
                var answer = await browser.Get(site.AuthorizeAddress((parameter, value)));
                if (value == "none")
                    answer.LocationQuery["error"].ShouldBe("login_required");
                else
                    answer.Location!.ShouldStartWith("/sign-in?request=", customMessage: $"{parameter}={value}");
            }
        }
    }

    /// <summary>Nothing but who asks: what else is wrong with the request is said later, by another status.</summary>
    private static async Task<(HttpStatusCode Status, JsonObject Body)> AskBy(string method, string path, RelyingParty partner)
    {
        (string, string)[] form = method switch
        {
            "client_secret_post" => [("client_id", partner.ClientId), ("client_secret", IdentityService.Secret(partner.ClientId))],
            "private_key_jwt" => [.. PartnerKeys.Proof(PartnerKeys.Assertion()).Select(p => (p.Name, p.Value!))],
            "none" => [("client_id", IdentityService.PublicClient)],
            _ => [],
        };
        using var content = new FormUrlEncodedContent(form.Select(field => KeyValuePair.Create(field.Item1, field.Item2)));
        return await partner.Post(path, content, method == "client_secret_basic" ? IdentityService.Secret(partner.ClientId) : null);
    }
}
