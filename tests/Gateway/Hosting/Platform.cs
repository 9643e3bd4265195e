using Hutong.Testing;

namespace Hutong.Gateway.Tests.Hosting;

/// <summary>The gateway between a browser, a fake provider and services that tell what reached them.</summary>
public sealed class Platform : IAsyncDisposable
{
    public required FakeProvider Provider { get; init; }

    public required EchoService SocialFeed { get; init; }

    public required EchoService CommerceCard { get; init; }

    public required EchoService Attribution { get; init; }

    public required GatewayUnderTest Gateway { get; init; }

    public static async Task<Platform> Start(Servers servers, int gateways = 1, params (string Key, string Value)[] more)
    {
        var ports = GatewayUnderTest.FreePorts(gateways);
        var provider = new FakeProvider { Origin = GatewayUnderTest.OriginOf(ports[0]) };
        var (social, commerce, attribution) =
            (new EchoService("social-feed"), new EchoService("commerce-card"), new EchoService("attribution"));
        return new Platform
        {
            Provider = provider,
            SocialFeed = social,
            CommerceCard = commerce,
            Attribution = attribution,
            Gateway = await GatewayUnderTest.Start(servers, new Dictionary<string, string[]>
            {
                ["IdentityLink"] = [provider.Address],
                ["SocialFeed"] = [social.Address],
                ["CommerceCard"] = [commerce.Address],
                ["Attribution"] = [attribution.Address],
            }, ports, more),
        };
    }

    public TestBrowser Browser() => new(Gateway);

    /// <summary>A browser in which a person is signed in at a site.</summary>
    public async Task<TestBrowser> SignedIn(string site = GatewayUnderTest.Social, string? person = null)
    {
        var browser = Browser();
        browser.IsKnownToProviderAs(person ?? NewPerson());
        (await browser.SignIn(site)).InternalClaim("sub").ShouldNotBeNull();
        return browser;
    }

    /// <summary>An address of a site.</summary>
    public string At(string site, string path = "/") => Gateway.SiteOrigin(site) + path;

    public static string NewPerson() => Guid.NewGuid().ToString();

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Provider.DisposeAsync();
        await SocialFeed.DisposeAsync();
        await CommerceCard.DisposeAsync();
        await Attribution.DisposeAsync();
    }
}
