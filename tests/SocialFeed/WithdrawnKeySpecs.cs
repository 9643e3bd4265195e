using System.Net;
using System.Net.Http.Headers;
using Hutong.Testing;

namespace Hutong.SocialFeed.Tests;

/// <summary>What every service does with an internal token; this one stands for them.</summary>
public sealed class WithdrawnKeySpecs(Servers servers) : IAsyncLifetime
{
    private readonly InternalTokens tokens = new();
    private ServiceUnderTest<Program> service = null!;

    public async ValueTask InitializeAsync() =>
        service = await ServiceUnderTest<Program>.Start(servers, tokens, "social-feed");

    public async ValueTask DisposeAsync()
    {
        await service.DisposeAsync();
        await tokens.DisposeAsync();
    }

    [Fact]
    public async Task A_service_believes_a_withdrawn_key_no_more_once_it_has_read_the_set_without_it()
    {
        var person = Guid.CreateVersion7();
        var leaked = tokens.Bearer("social-feed", person);
        (await Ask(leaked)).ShouldBe(HttpStatusCode.OK);

        tokens.WithdrawKey();
        var next = tokens.Bearer("social-feed", person);
        // A key that it does not know makes it read the set anew.
        await Eventually.True(async () => await Ask(next) == HttpStatusCode.OK, TimeSpan.FromSeconds(30));

        (await Ask(leaked)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    private async Task<HttpStatusCode> Ask(AuthenticationHeaderValue authorization)
    {
        using var client = service.Anonymous();
        client.DefaultRequestHeaders.Authorization = authorization;
        using var answer = await client.GetAsync(new Uri("/feed/timeline", UriKind.Relative));
        return answer.StatusCode;
    }
}
