using Hutong.IdentityLink.Tests.Hosting;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hutong.IdentityLink.Tests.Provider;

[Collection<OneService>]
public sealed class CrossOriginSpecs(IdentityService identity)
{
    /// <summary>What looks at what a request says, and at no cookie.</summary>
    private static readonly string[] Callable =
    [
        "/.well-known/oauth-authorization-server", "/.well-known/openid-configuration", "/jwks", "/jwks/archive", "/revoke", "/token", "/userinfo",
    ];

    [Fact]
    public void Pages_of_other_origins_may_call_what_looks_at_no_cookie_and_nothing_else() =>
        identity.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<ICorsMetadata>() is not null)
            .Select(endpoint => endpoint.RoutePattern.RawText)
            .Distinct().Order(StringComparer.Ordinal).ShouldBe(Callable);

    [Theory]
    [InlineData("/token", true)]
    [InlineData("/authorize", false)]
    [InlineData("/account", false)]
    [InlineData("/par", false)]
    public async Task No_answer_to_another_origin_takes_credentials(string path, bool isCallable)
    {
        using var http = new HttpClient { BaseAddress = identity.Address };
        using var request = new HttpRequestMessage(HttpMethod.Options, path);
        request.Headers.Add("Origin", "https://app.example");
        request.Headers.Add("Access-Control-Request-Method", "POST");
        using var answer = await http.SendAsync(request);
        answer.Headers.Contains("Access-Control-Allow-Origin").ShouldBe(isCallable);
        answer.Headers.Contains("Access-Control-Allow-Credentials").ShouldBeFalse();
    }
}
