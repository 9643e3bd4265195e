using System.Security.Cryptography;
using System.Text;
using Hutong.Benchmarks.Linking;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Sessions;
using Hutong.Launcher.Deploying;
using Hutong.Launcher.PrivateServers;
using Hutong.Launcher.Processes;

namespace Hutong.Benchmarks.Provider;

/// <summary>Identity-Link as it is deployed, on a PostgreSQL whose commits are on the disk, among many persons.</summary>
internal sealed class OurProvider : IAsyncDisposable
{
    private const int Persons = 10_000;
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);

    private readonly ChildProcess process;
    private readonly string log;

    private OurProvider(ChildProcess process, string log, IReadOnlyList<Caller> callers) =>
        (this.process, this.log, Callers) = (process, log, callers);

    /// <summary>The server's process.</summary>
    public int ProcessId => process.Id;

    /// <summary>Each with somebody who is signed in.</summary>
    public IReadOnlyList<Caller> Callers { get; }

    public static async Task<OurProvider> Start(PostgresServer postgres, int callers)
    {
        var settings = Settings(await postgres.CreateDatabase("provider", "provider", password: "provider"));
        var cookies = await Populate(settings, callers);
        var port = Ports.Free(1)[0];
        var environment = settings.ToDictionary(setting => setting.Key.Replace(":", "__", StringComparison.Ordinal), setting => setting.Value);
        environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}";
        environment["Logging__LogLevel__Default"] = "Warning";
        // That there is no broker is told there.
        var log = Path.Combine(Path.GetTempPath(), $"hutong-provider-{port}.log");
        var process = await ChildProcess.Start(new ChildProcessOptions
        {
            Name = "Identity-Link",
            Program = "taskset",
            Arguments = Cores.First("dotnet", Layout.Find().Program("services/IdentityLink")),
            WorkingFolder = Layout.Find().At("services/IdentityLink"),
            LogFile = log,
            Environment = environment,
        });
        await process.WaitUntilReady(new Uri($"http://127.0.0.1:{port}/health/live"), StartDeadline);
        await process.WaitUntilReady(new Uri($"http://127.0.0.1:{port}/.well-known/openid-configuration"), StartDeadline);
        var provider = await ProviderUnderLoad.At(port, "ours");
        return new(process, log, await Task.WhenAll(cookies.Select(cookie => Caller.Of(provider, Visit(port, cookie)))));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var caller in Callers)
            caller.Dispose();
        await process.DisposeAsync();
        File.Delete(log);
    }

    /// <summary>Persons with accounts and signed-in browsers; some of them consented to what the client asks for.</summary>
    /// <returns>The cookies of those.</returns>
    private static async Task<List<string>> Populate(Dictionary<string, string?> settings, int consenting)
    {
        await using var population = await Population.Of(Persons, settings);
        var cookies = new List<string>();
        foreach (var (person, account) in population.Persons.Take(consenting))
        {
            var consent = new GiveConsent(ProviderUnderLoad.ClientId, [Scopes.OpenId, Scopes.OfflineAccess], ConsentText.Version);
            if (!(await population.Get<GivingConsent>().Handle(person, consent, CancellationToken.None)).Succeeded)
                throw new InvalidOperationException("The consent was refused.");
            cookies.Add($"{Browser.CookieName}={account}");
        }
        return cookies;
    }

    private static FirstVisit Visit(int port, string cookie) => address =>
    {
        using var connection = new HttpConnection(port);
        var answer = connection.Send(Encoding.ASCII.GetBytes($"GET {address} HTTP/1.1\r\nHost: localhost:{port}\r\nCookie: {cookie}\r\n\r\n"));
        return Task.FromResult((answer.Header("Location") ?? answer.Head, cookie));
    };

    private static Dictionary<string, string?> Settings(string database)
    {
        var settings = ServiceSettings.On(database);
        const string client = $"Provider:Clients:{ProviderUnderLoad.ClientId}";
        settings[$"{client}:Name"] = "Partner of the benchmark";
        settings[$"{client}:SecretHash"] = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(ProviderUnderLoad.ClientSecret)));
        settings[$"{client}:AuthenticationMethod"] = "client_secret_basic";
        settings[$"{client}:RedirectUris:0"] = ProviderUnderLoad.RedirectUri;
        foreach (var (number, grant) in ((string[])["authorization_code", "refresh_token", "client_credentials"]).Index())
            settings[$"{client}:GrantTypes:{number}"] = grant;
        // On, as ever, but out of reach: one client asks for all of this.
        settings["Limits:ClientRequestsPerMinute"] = $"{int.MaxValue}";
        settings["Limits:AuthorizationsPerMinute"] = $"{int.MaxValue}";
        return settings;
    }
}
