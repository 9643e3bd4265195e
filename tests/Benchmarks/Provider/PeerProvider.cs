using System.Net;
using Hutong.Launcher.Deploying;
using Hutong.Launcher.Processes;

namespace Hutong.Benchmarks.Provider;

/// <summary>npm <c>oidc-provider</c>, in memory: see <c>peer/server.js</c>.</summary>
internal sealed class PeerProvider : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);

    private readonly ChildProcess process;
    private readonly string log;

    private PeerProvider(ChildProcess process, string log, IReadOnlyList<Caller> callers) =>
        (this.process, this.log, Callers) = (process, log, callers);

    /// <summary>The server's process.</summary>
    public int ProcessId => process.Id;

    /// <summary>Each with somebody who is signed in.</summary>
    public IReadOnlyList<Caller> Callers { get; }

    public static async Task<PeerProvider> Start(int callers)
    {
        var port = Ports.Free(1)[0];
        var log = Path.Combine(Path.GetTempPath(), $"hutong-peer-{port}.log");
        var process = await ChildProcess.Start(new ChildProcessOptions
        {
            Name = "oidc-provider",
            Program = "taskset",
            Arguments = Cores.First("node", Layout.Find().At("tests/Benchmarks/Provider/peer/server.js")),
            LogFile = log,
            Environment = new Dictionary<string, string?>
            {
                ["NODE_ENV"] = "production",
                ["PORT"] = $"{port}",
                ["CLIENT_ID"] = ProviderUnderLoad.ClientId,
                ["CLIENT_SECRET"] = ProviderUnderLoad.ClientSecret,
                ["REDIRECT_URI"] = ProviderUnderLoad.RedirectUri,
            },
        });
        await process.WaitUntilReady(new Uri($"http://127.0.0.1:{port}/.well-known/openid-configuration"), StartDeadline);
        var provider = await ProviderUnderLoad.At(port, "oidc-provider");
        return new(process, log, await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Caller.Of(provider, SignIn(port)))));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var caller in Callers)
            caller.Dispose();
        await process.DisposeAsync();
        File.Delete(log);
    }

    /// <summary>Through the package's own pages: a sign-in with any name, then consent.</summary>
    private static FirstVisit SignIn(int port) => async address =>
    {
        var origin = new Uri($"http://localhost:{port}");
        var cookies = new CookieContainer();
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = cookies, UseProxy = false };
        using var http = new HttpClient(handler) { BaseAddress = origin };
        // It gives a refresh token to whom it asked for consent at this request.
        var page = await Get($"{address}&prompt=consent");
        foreach (var prompt in (string[])["login", "consent"])
        {
            using var form = new FormUrlEncodedContent([new("prompt", prompt), new("login", $"{Guid.NewGuid()}"), new("password", "any")]);
            using var answer = await http.PostAsync(page, form);
            page = await Get(Location(answer).OriginalString);
        }
        return (page.OriginalString, cookies.GetCookieHeader(new Uri(origin, address)));

        async Task<Uri> Get(string from)
        {
            using var answer = await http.GetAsync(new Uri(from, UriKind.RelativeOrAbsolute));
            return Location(answer);
        }

        static Uri Location(HttpResponseMessage answer) =>
            answer.Headers.Location ?? throw new InvalidOperationException($"The sign-in stopped at {answer.RequestMessage?.RequestUri}: {answer.StatusCode}");
    };
}
