using System.Security.Cryptography;
using System.Text;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Provider;
using Hutong.Launcher.Processes;
using Hutong.Testing;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hutong.IdentityLink.Tests.Hosting;

/// <summary>Identity-Link on a port and a database of its own, with the simulated platforms. Shared by the tests that change no setting.</summary>
public sealed class IdentityService(Servers servers, SimulatedPlatforms platforms) : IAsyncLifetime
{
    /// <summary>The public origin. Nothing listens there: tests stand where the gateway does.</summary>
    public const string Origin = "http://localhost:8080";

    public const string Site = "hutong-social";
    public const string OtherSite = "hutong-shop";
    public const string Partner = "demo-partner";
    public const string OtherPartner = "other-partner";
    public const string PublicClient = "phone-app";
    public const string JwtPartner = "jwt-partner";
    public const string OperationsConsole = "operations-console";
    public const string DeveloperConsole = "developer-console";
    public const string Gateway = "hutong-gateway";

    private static readonly string[] PartnerGrantTypes =
        ["authorization_code", "refresh_token", "client_credentials", "urn:ietf:params:oauth:grant-type:device_code"];

    private readonly List<WebApplicationFactory<Person>> instances = [];
    private string? database;

    /// <summary>Where logout tokens arrive.</summary>
    public LogoutReceiver Logouts { get; } = new();

    public Uri Address => Instance(0);

    public IServiceProvider Services => instances[0].Services;

    public IServiceProvider ServicesOf(int instance) => instances[instance].Services;

    public NpgsqlDataSource Database => Services.GetRequiredService<NpgsqlDataSource>();

    /// <summary>The database it was given, password included.</summary>
    public string ConnectionString => database ?? throw new InvalidOperationException("Not started yet.");

    public static string RedirectUri(string client) => $"http://{client}.localhost/signin-oidc";

    public static string SignedOutUri(string client) => $"http://{client}.localhost/signed-out";

    public static string Secret(string client) => $"a-long-random-secret-of-{client}";

    public Uri Instance(int number) => instances[number].ClientOptions.BaseAddress;

    public ValueTask InitializeAsync() => Start(new Dictionary<string, string?>());

    /// <summary>Starts instances with settings of their own over the usual ones.</summary>
    public async ValueTask Start(IReadOnlyDictionary<string, string?> overrides, int count = 1)
    {
        database = await servers.NewDatabase();
        for (var i = 0; i < count; i++)
            Add(overrides);
        await Ready();
    }

    /// <summary>Starts one more on the same database.</summary>
    public async ValueTask StartAnother(IReadOnlyDictionary<string, string?> overrides)
    {
        Add(overrides);
        await Ready();
    }

    /// <summary>Stops every instance, as a deployment does; <see cref="StartAnother"/> goes on with the database.</summary>
    public async ValueTask StopAll()
    {
        foreach (var instance in instances)
            await instance.DisposeAsync();
        instances.Clear();
    }

    private void Add(IReadOnlyDictionary<string, string?> overrides)
    {
        var port = Ports.Free(1)[0];
        var settings = Settings(database!, port).Concat(overrides);
        var factory = new WebApplicationFactory<Person>().WithWebHostBuilder(host =>
        {
            host.UseUrls($"http://127.0.0.1:{port}");
            foreach (var (key, value) in settings)
                host.UseSetting(key, value);
            host.ConfigureLogging(logging => logging.ClearProviders());
        });
        factory.UseKestrel();
        factory.StartServer();
        factory.ClientOptions.BaseAddress = new Uri($"http://localhost:{port}");
        instances.Add(factory);
    }

    /// <summary>What an instance on the same database, at a port of its own, has to be told.</summary>
    internal IEnumerable<KeyValuePair<string, string?>> SettingsAt(int port) => Settings(ConnectionString, port);

    private async Task Ready()
    {
        foreach (var instance in instances)
            await instance.Services.GetRequiredService<EventStore.SchemaReady>().Wait(TestContext.Current.CancellationToken);
        Logouts.Names = Services.GetRequiredService<SessionNames>();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAll();
        await Logouts.DisposeAsync();
    }

    private Dictionary<string, string?> Settings(string database, int port)
    {
        var settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings:Database"] = database,
            // No broker: everything here works without, and what is published waits in the log.
            ["ConnectionStrings:Broker"] = "amqp://nobody:nothing@127.0.0.1:9/",
            // Specs sign the same few people in over and over.
            ["Limits:Enabled"] = "false",
            ["Public:Origin"] = Origin,
            ["Public:Sites:social"] = "http://social.localhost:8080",
            ["Public:Sites:shop"] = "http://shop.localhost:8080",
            ["Public:Sites:brand"] = "http://brand.localhost:8080",
            ["Services:IdentityLink:0"] = $"http://localhost:{port}",
            ["Keys:Current"] = "test",
            ["Keys:KeyEncryptionKeys:test"] = Convert.ToBase64String(Enumerable.Repeat((byte)7, 32).ToArray()),
            ["Keys:IdentifierHashKey"] = Convert.ToBase64String(Enumerable.Repeat((byte)9, 32).ToArray()),
            ["Provider:Clients:hutong-gateway:Name"] = "Gateway",
            ["Provider:Clients:hutong-gateway:SecretHash"] = Hash(Secret(Gateway)),
            ["Provider:Clients:phone-app:Name"] = "Phone",
            ["Provider:Clients:phone-app:RedirectUris:0"] = RedirectUri(PublicClient),
            [$"Provider:Clients:{JwtPartner}:Name"] = "Partner with keys",
            [$"Provider:Clients:{JwtPartner}:AuthenticationMethod"] = "private_key_jwt",
            [$"Provider:Clients:{JwtPartner}:Jwks"] = PartnerKeys.Jwks,
            [$"Provider:Clients:{JwtPartner}:RedirectUris:0"] = RedirectUri(JwtPartner),
        };
        foreach (var client in (string[])[Partner, OtherPartner, JwtPartner])
        {
            foreach (var (place, grantType) in PartnerGrantTypes.Index())
                settings[$"Provider:Clients:{client}:GrantTypes:{place}"] = grantType;
        }
        foreach (var (key, value) in platforms.Settings())
            settings[key] = value;
        settings["PartnerCalls:ExemptHosts:0"] = "localhost";
        var exempt = 1;
        foreach (var client in (string[])[Site, OtherSite, Partner, OtherPartner, OperationsConsole, DeveloperConsole])
        {
            var prefix = $"Provider:Clients:{client}";
            settings[$"{prefix}:Name"] = client;
            settings[$"{prefix}:SecretHash"] = Hash(Secret(client));
            settings[$"{prefix}:Sector"] = client;
            settings[$"{prefix}:Site"] = client is Site or OtherSite or OperationsConsole or DeveloperConsole ? "true" : "false";
            settings[$"{prefix}:Operations"] = client is OperationsConsole ? "true" : "false";
            settings[$"{prefix}:RegistersClients"] = client is DeveloperConsole ? "true" : "false";
            settings[$"{prefix}:RedirectUris:0"] = RedirectUri(client);
            settings[$"{prefix}:PostLogoutRedirectUris:0"] = SignedOutUri(client);
            settings[$"{prefix}:BackchannelLogoutUri"] = Logouts.AddressOf(client).AbsoluteUri;
            settings[$"PartnerCalls:ExemptHosts:{exempt++}"] = Logouts.AddressOf(client).Host;
        }
        return settings;
    }

    private static string Hash(string secret) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
