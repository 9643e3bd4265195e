extern alias identity;
extern alias simulators;

using System.Security.Cryptography;
using System.Text;
using Hutong.Testing;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.Logging;
using static Hutong.Gateway.Tests.Hosting.GatewayUnderTest;

namespace Hutong.Gateway.Tests.Hosting;

/// <summary>The gateway, twice, in front of the real Identity-Link and the simulated platforms behind it.</summary>
public sealed class RealProvider(Servers servers) : IAsyncLifetime
{
    private readonly EchoService service = new("service");
    private readonly WebApplicationFactory<simulators::Program> simulators = new();
    private readonly WebApplicationFactory<identity::Program> identity = new();
    private readonly List<IAsyncDisposable> started = [];

    public GatewayUnderTest Gateway { get; private set; } = null!;

    public TestBrowser Browser() => new(Gateway);

    public async ValueTask InitializeAsync()
    {
        var ports = FreePorts(4);
        var (gateways, identityPort, simulatorsPort) = (ports[..2], ports[2], ports[3]);
        var origin = OriginOf(gateways[0]);
        StartServer(simulators, simulatorsPort, OfSimulators(origin, simulatorsPort));
        StartServer(identity, identityPort, OfIdentityLink(
            await servers.NewDatabase(), await servers.NewVhost(), gateways[0], identityPort, simulatorsPort));
        // Not before: while the provider is not ready no visitor is sent to it silently.
        using var client = new HttpClient();
        await Eventually.True(async () =>
            (await client.GetAsync(new Uri($"{OriginOf(identityPort)}/health/ready"))).IsSuccessStatusCode, because: "Identity-Link is ready");
        Gateway = await GatewayUnderTest.Start(servers, new Dictionary<string, string[]>
        {
            ["IdentityLink"] = [OriginOf(identityPort)],
            ["SocialFeed"] = [service.Address],
            ["CommerceCard"] = [service.Address],
            ["Attribution"] = [service.Address],
        }, gateways);
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        foreach (var server in started)
            await server.DisposeAsync();
        await identity.DisposeAsync();
        await simulators.DisposeAsync();
        await service.DisposeAsync();
    }

    private void StartServer<T>(
        WebApplicationFactory<T> factory, int port, Dictionary<string, string?> settings) where T : class
    {
        var server = factory.WithWebHostBuilder(host =>
        {
            host.UseUrls($"http://127.0.0.1:{port}");
            foreach (var (key, value) in settings)
                host.UseSetting(key, value);
            host.ConfigureLogging(logging => logging.ClearProviders());
        });
        server.UseKestrel();
        server.StartServer();
        started.Add(server);
    }

    /// <summary>Every platform is given its settings: several hosts' appsettings.json meet beside this assembly, and any may win.</summary>
    private static Dictionary<string, string?> OfSimulators(string origin, int port)
    {
        var settings = new Dictionary<string, string?>();
        foreach (var platform in (string[])["weibo", "taobao", "qq", "wechat", "jd", "linli"])
        {
            settings[$"Simulators:{platform}:ClientId"] = platform switch { "weibo" => "2871030915", "taobao" => "23075594", _ => "1001" };
            settings[$"Simulators:{platform}:ClientSecret"] = "app-secret";
            settings[$"Simulators:{platform}:RedirectUri"] = $"{origin}/callback/{platform}";
            settings[$"Simulators:{platform}:BrowserAddress"] = $"http://{platform}.localhost:{port}";
        }
        return settings;
    }

    private static Dictionary<string, string?> OfIdentityLink(string database, Uri broker, int gatewayPort, int port, int simulatorsPort)
    {
        var settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings:Database"] = database,
            ["ConnectionStrings:Broker"] = broker.ToString(),
            ["Public:Origin"] = OriginOf(gatewayPort),
            ["Services:IdentityLink:0"] = OriginOf(port),
            ["Keys:Current"] = "test",
            ["Keys:KeyEncryptionKeys:test"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            ["Keys:IdentifierHashKey"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            ["Provider:Clients:hutong-gateway:Name"] = "Gateway",
            ["Provider:Clients:hutong-gateway:SecretHash"] = Hash(SecretOf("hutong-gateway")),
            ["PartnerCalls:ExemptHosts:0"] = "localhost",
            // So short that every exchange renews it first.
            ["Provider:AccessTokenLifetime"] = "00:00:20",
            ["Platforms:weibo:AuthorizeAddress"] = $"http://weibo.localhost:{simulatorsPort}/oauth2/authorize",
            ["Platforms:weibo:ApiAddress"] = OriginOf(simulatorsPort),
            ["Platforms:weibo:ClientId"] = "2871030915",
            ["Platforms:weibo:ClientSecret"] = "app-secret",
            ["Platforms:taobao:AuthorizeAddress"] = $"http://taobao.localhost:{simulatorsPort}/authorize",
            ["Platforms:taobao:ApiAddress"] = OriginOf(simulatorsPort),
            ["Platforms:taobao:ClientId"] = "23075594",
            ["Platforms:taobao:ClientSecret"] = "app-secret",
        };
        foreach (var site in (string[])[Social, Shop, Brand])
        {
            var prefix = $"Provider:Clients:hutong-{site}";
            var address = $"http://{site}.localhost:{gatewayPort}";
            settings[$"Public:Sites:{site}"] = address;
            settings[$"{prefix}:Name"] = site;
            settings[$"{prefix}:SecretHash"] = Hash(SecretOf($"hutong-{site}"));
            settings[$"{prefix}:Sector"] = $"{site}.localhost";
            settings[$"{prefix}:Site"] = "true";
            settings[$"{prefix}:RedirectUris:0"] = $"{address}/signin-oidc";
            settings[$"{prefix}:PostLogoutRedirectUris:0"] = $"{address}/signout-callback";
            settings[$"{prefix}:BackchannelLogoutUri"] = $"{OriginOf(gatewayPort)}/backchannel-logout/{site}";
        }
        return settings;
    }

    private static string Hash(string secret) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
