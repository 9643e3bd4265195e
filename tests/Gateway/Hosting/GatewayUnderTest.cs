using System.Security.Cryptography;
using Hutong.Launcher.Processes;
using Hutong.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hutong.Gateway.Tests.Hosting;

/// <summary>The gateway, as one or more instances on real ports and one real database.</summary>
public sealed class GatewayUnderTest : IAsyncDisposable
{
    public const string Social = "social";
    public const string Shop = "shop";
    public const string Brand = "brand";

    private readonly List<WebApplication> instances = [];
    private readonly int[] ports;
    private readonly Dictionary<string, string?> settings;

    private GatewayUnderTest(int[] ports, Dictionary<string, string?> settings) => (this.ports, this.settings) = (ports, settings);

    /// <summary>The public origin, where the first instance listens.</summary>
    public string Origin => OriginOf(ports[0]);

    public NpgsqlDataSource Database => instances[0].Services.GetRequiredService<NpgsqlDataSource>();

    public IReadOnlyDictionary<string, string?> Settings => settings;

    public IReadOnlyList<int> Ports => ports;

    public static string OriginOf(int port) => $"http://localhost:{port}";

    public static string SecretOf(string clientId) => $"a-long-random-secret-of-{clientId}";

    public string SiteOrigin(string site) => $"http://{site}.localhost:{ports[0]}";

    public IServiceProvider Services(int instance = 0) => instances[instance].Services;

    /// <summary>Ports for as many instances.</summary>
    public static int[] FreePorts(int count) => Launcher.Processes.Ports.Free(count);

    /// <summary>Starts instances and waits until each is ready.</summary>
    /// <param name="servers">The test project's servers.</param>
    /// <param name="services">Base addresses by key: <c>IdentityLink</c>, <c>SocialFeed</c>, …</param>
    /// <param name="ports">One for each instance; one free one when null.</param>
    /// <param name="more">Settings beyond the usual ones, or instead of them.</param>
    public static async Task<GatewayUnderTest> Start(
        Servers servers, IReadOnlyDictionary<string, string[]> services, int[]? ports = null, params (string Key, string Value)[] more)
    {
        ports ??= FreePorts(1);
        var settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings:Database"] = await servers.NewDatabase(),
            ["Public:Origin"] = OriginOf(ports[0]),
            ["Keys:Current"] = "test",
            ["Keys:KeyEncryptionKeys:test"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            ["Clients:gateway:ClientSecret"] = SecretOf("hutong-gateway"),
        };
        foreach (var site in (string[])[Social, Shop, Brand])
        {
            settings[$"Public:Sites:{site}"] = $"http://{site}.localhost:{ports[0]}";
            settings[$"Clients:{site}:ClientSecret"] = SecretOf($"hutong-{site}");
        }
        foreach (var (service, addresses) in services)
            for (var i = 0; i < addresses.Length; i++)
                settings[$"Services:{service}:{i}"] = addresses[i];
        foreach (var (key, value) in more)
            settings[key] = value;

        var gateway = new GatewayUnderTest(ports, settings);
        // All at once: the schema and the key ring are made by whoever comes first.
        await Task.WhenAll(ports.Select(gateway.StartInstance));
        return gateway;
    }

    /// <summary>Stops one instance as a signal would.</summary>
    public Task Stop(int instance) => instances[instance].StopAsync();

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(instances.Select(instance => instance.StopAsync()));
        foreach (var instance in instances)
            await instance.DisposeAsync();
    }

    private async Task StartInstance(int port)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddInMemoryCollection(settings);
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.AddGateway();
        // Quiet, but not without a provider: with none the server would begin no trace.
        builder.Logging.AddFilter(level => level == LogLevel.Critical);
        var instance = builder.Build().MapGateway();
        lock (instances)
            instances.Add(instance);
        await instance.StartAsync();
        var health = instance.Services.GetRequiredService<HealthCheckService>();
        await Eventually.True(
            async () => (await health.CheckHealthAsync(check => check.Tags.Contains("ready"))).Status == HealthStatus.Healthy,
            because: "the gateway is ready");
    }
}
