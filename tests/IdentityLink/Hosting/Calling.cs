using System.Net;
using System.Text.Json.Nodes;

namespace Hutong.IdentityLink.Tests.Hosting;

/// <summary>The JSON API, called as the gateway calls it.</summary>
internal static class Calling
{
    /// <summary>The API on behalf of whoever is signed in in a browser.</summary>
    public static async Task<HttpClient> ApiOf(this IdentityService identity, TestBrowser browser, string person, string platform = "weibo")
    {
        using var site = new RelyingParty(identity, IdentityService.Site);
        using var gateway = new RelyingParty(identity, IdentityService.Gateway);
        var tokens = await site.SignIn(browser, person, platform);
        var (_, exchanged) = await gateway.Exchange(tokens.AccessToken, "identity-link");
        var api = new HttpClient { BaseAddress = identity.Address };
        api.DefaultRequestHeaders.Authorization = new("Bearer", exchanged["access_token"]!.GetValue<string>());
        return api;
    }

    public static async Task<(HttpStatusCode Status, JsonObject Body)> Ask(this HttpClient api, string address)
    {
        using var answer = await api.GetAsync(new Uri(address, UriKind.Relative));
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject());
    }
}
