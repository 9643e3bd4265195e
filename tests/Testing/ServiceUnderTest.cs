using System.Net.Http.Headers;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Hutong.Testing;

/// <summary>
/// A service in the test's process, on real PostgreSQL and RabbitMQ, called as the gateway would call it. Start two
/// with the same <see cref="Settings"/> to have two instances.
/// </summary>
/// <typeparam name="TProgram">The service's <c>Program</c>.</typeparam>
public sealed class ServiceUnderTest<TProgram> : WebApplicationFactory<TProgram> where TProgram : class
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(30);
    private readonly string audience;
    private readonly InternalTokens tokens;

    private ServiceUnderTest(string audience, InternalTokens tokens, IReadOnlyDictionary<string, string?> settings) =>
        (this.audience, this.tokens, Settings) = (audience, tokens, settings);

    /// <summary>The configuration it runs with.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; }

    /// <summary>Its database, for looking behind the scenes.</summary>
    public NpgsqlDataSource Database => Services.GetRequiredService<NpgsqlDataSource>();

    /// <summary>Starts the service on a database and a virtual host of its own and waits until it is ready.</summary>
    /// <param name="servers">The test project's servers.</param>
    /// <param name="tokens">Who signs the callers' tokens.</param>
    /// <param name="audience">The service's name: <c>social-feed</c>.</param>
    /// <param name="more">Settings beyond the common ones, or instead of them.</param>
    public static async Task<ServiceUnderTest<TProgram>> Start(
        Servers servers, InternalTokens tokens, string audience, IReadOnlyDictionary<string, string?>? more = null)
    {
        var settings = new Dictionary<string, string?>(tokens.Settings)
        {
            ["ConnectionStrings:Database"] = await servers.NewDatabase(),
            ["ConnectionStrings:Broker"] = (await servers.NewVhost()).ToString(),
            ["Public:Sites:social"] = "http://social.localhost:8080",
            ["Public:Sites:shop"] = "http://shop.localhost:8080",
            ["Public:Sites:brand"] = "http://brand.localhost:8080",
            ["Keys:Current"] = "test",
            ["Keys:KeyEncryptionKeys:test"] = Convert.ToBase64String(new byte[32]),
            ["Keys:IdentifierHashKey"] = Convert.ToBase64String(new byte[32]),
        };
        foreach (var (key, value) in more ?? new Dictionary<string, string?>())
            settings[key] = value;
        return await Start(tokens, audience, settings);
    }

    /// <summary>Starts another instance beside one that runs: same database, same broker.</summary>
    /// <param name="listens">Also on a port of its own (<see cref="Address"/>), for a browser.</param>
    public Task<ServiceUnderTest<TProgram>> Another(bool listens = false) => Start(tokens, audience, Settings, listens);

    /// <summary>Where an instance that listens is reached.</summary>
    public Uri Address => ClientOptions.BaseAddress;

    /// <summary>A client that calls on behalf of a person.</summary>
    /// <param name="person">The person's id.</param>
    /// <param name="nickname">The name the internal token carries; null for none.</param>
    public HttpClient As(Guid person, string? nickname = null)
    {
        var client = Anonymous();
        var claims = nickname is null ? null : new Dictionary<string, string> { ["nickname"] = nickname };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", tokens.Mint(audience, person, claims));
        return client;
    }

    /// <summary>A client without a token.</summary>
    public HttpClient Anonymous() => CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false });

    /// <inheritdoc/>
    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        foreach (var (key, value) in Settings)
            builder.UseSetting(key, value);
    }

    private static async Task<ServiceUnderTest<TProgram>> Start(
        InternalTokens tokens, string audience, IReadOnlyDictionary<string, string?> settings, bool listens = false)
    {
        var service = new ServiceUnderTest<TProgram>(audience, tokens, settings);
        if (listens)
            service.UseKestrel(0);
        var health = service.Services.GetRequiredService<HealthCheckService>();
        await Eventually.True(
            async () => (await health.CheckHealthAsync(c => c.Tags.Contains("ready"))).Status == HealthStatus.Healthy,
            StartDeadline,
            $"{audience} is ready");
        return service;
    }
}
