using System.Net;
using Hutong.Gateway.Tests.Hosting;
using Hutong.Testing;
using static Hutong.Gateway.Tests.Hosting.GatewayUnderTest;

namespace Hutong.Gateway.Tests.Forwarding;

public sealed class AvailabilitySpecs(Servers servers) : IAsyncLifetime
{
    private readonly FakeProvider provider = new();
    private readonly EchoService first = new("first");
    private readonly EchoService second = new("second");
    private GatewayUnderTest gateway = null!;

    public async ValueTask InitializeAsync()
    {
        var ports = FreePorts(1);
        provider.Origin = OriginOf(ports[0]);
        var nobody = $"http://127.0.0.1:{FreePorts(1)[0]}";
        gateway = await Start(servers, new Dictionary<string, string[]>
        {
            // The first address of the provider takes no connection: calls go to the next.
            ["IdentityLink"] = [nobody, provider.Address],
            ["SocialFeed"] = [first.Address, second.Address],
            ["CommerceCard"] = [nobody],
            ["Attribution"] = [nobody, second.Address],
        }, ports);
    }

    [Fact]
    public async Task A_service_that_cannot_be_reached_is_503_and_says_nothing_of_the_inside()
    {
        using var browser = new TestBrowser(gateway);

        var answer = await browser.Fetch($"{gateway.Origin}/cards/1");

        answer.Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        answer.Code.ShouldBe("unavailable");
        answer.Header("Retry-After").ShouldNotBeNull();
        answer.Body.ShouldNotContain("127.0.0.1");
        answer.Body.ShouldNotContain("Exception");
    }

    [Fact]
    public async Task Requests_go_to_both_instances_of_a_service()
    {
        using var browser = new TestBrowser(gateway);
        var served = new HashSet<string>();

        await Eventually.True(async () =>
        {
            served.Add((await browser.Fetch($"{gateway.Origin}/feed/home")).Header("X-Service")!);
            return served.Count == 2;
        });
    }

    [Fact]
    public async Task An_instance_that_is_down_is_left_out()
    {
        using var browser = new TestBrowser(gateway);

        await Eventually.Passes(async () =>
        {
            for (var i = 0; i < 20; i++)
                (await browser.Fetch($"{gateway.Origin}/attribution/a")).Status.ShouldBe(HttpStatusCode.OK);
        });
    }

    [Fact]
    public async Task Sign_in_works_while_one_instance_of_the_provider_is_down()
    {
        using var browser = new TestBrowser(gateway);
        browser.IsKnownToProviderAs(Platform.NewPerson());
        await Eventually.True(async () =>
            (await browser.Open($"{gateway.Origin}/authorize?redirect_uri=/x")).Status == HttpStatusCode.Redirect);

        await Eventually.Passes(async () => (await browser.SignIn(Social)).InternalClaim("sub").ShouldNotBeNull());
    }

    public async ValueTask DisposeAsync()
    {
        await gateway.DisposeAsync();
        await provider.DisposeAsync();
        await first.DisposeAsync();
        await second.DisposeAsync();
    }
}
