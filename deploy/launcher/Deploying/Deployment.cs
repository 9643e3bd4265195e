using System.Diagnostics;
using Hutong.Launcher.PrivateServers;
using Hutong.Launcher.Processes;

namespace Hutong.Launcher.Deploying;

/// <summary>
/// The whole system, running as child processes on this machine: PostgreSQL and RabbitMQ (private ones
/// unless others are given), the platform simulators, the four services, the gateway and the partner app.
/// Disposing it stops everything it started, in order, and nothing else.
/// </summary>
public sealed class Deployment : IAsyncDisposable
{
    private static readonly TimeSpan ReadyDeadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(30);

    private readonly DeploymentOptions _options;
    private readonly Layout _layout = Layout.Find();
    private readonly DataServers _servers = new();
    private readonly InstancePorts _ports;
    private readonly Stopwatch _sinceStart = Stopwatch.StartNew();
    // Who calls stops before who is called.
    private readonly List<ChildProcess> _front = [];
    private readonly List<ChildProcess> _services = [];
    private readonly List<ChildProcess> _outside = [];
    private Spread? _spread;

    private Deployment(DeploymentOptions options)
    {
        _options = options;
        Secrets = new Secrets(Path.Combine(options.DataFolder, "secrets"));
        Addresses = new Addresses(options.Ports);
        _ports = new InstancePorts(
            options.GatewayInstances == 1
                ? [options.Ports[Listener.Gateway]]
                : Ports.Free(options.GatewayInstances),
            ServicePorts(Listener.IdentityLink),
            ServicePorts(Listener.SocialFeed),
            ServicePorts(Listener.CommerceCard),
            ServicePorts(Listener.Attribution));
    }

    /// <summary>Where to reach it from outside.</summary>
    public Addresses Addresses { get; }

    /// <summary>The secrets it was started with.</summary>
    public Secrets Secrets { get; }

    /// <summary>What is kept between two starts.</summary>
    public string DataFolder => _options.DataFolder;

    /// <summary>Every process's output, one file each.</summary>
    public string LogFolder => Path.Combine(_options.DataFolder, "log");

    /// <summary>Each service's database by its name ("identity_link"), as the service's own role.</summary>
    public IReadOnlyDictionary<string, string> Databases => _servers.Databases;

    /// <summary>The private broker, to look into it; null when an existing one was given.</summary>
    public RabbitMqServer? Broker => _servers.PrivateBroker;

    /// <summary>Starts everything and waits until each part is ready.</summary>
    /// <exception cref="LaunchException">A part did not start; what was started is stopped again.</exception>
    public static async Task<Deployment> Start(DeploymentOptions options, CancellationToken cancellation = default)
    {
        var deployment = new Deployment(options with { DataFolder = Path.GetFullPath(options.DataFolder) });
        try
        {
            await deployment.Start(cancellation);
            return deployment;
        }
        catch
        {
            await deployment.DisposeAsync();
            throw;
        }
    }

    /// <summary>Drops what earlier deployments kept: the folder, and the databases on a PostgreSQL that was given.</summary>
    public static async Task Forget(string dataFolder, string? postgres)
    {
        if (Directory.Exists(dataFolder))
            Directory.Delete(dataFolder, recursive: true);
        if (postgres is not null)
            await DataServers.DropDatabases(new PostgresServer(postgres));
    }

    /// <summary>Completes when a part that should run on has stopped, with a line that says which.</summary>
    public async Task<string> WhenAPartStops(CancellationToken cancellation)
    {
        var stopped = await await Task.WhenAny(_front.Concat(_services).Concat(_outside).Select(async part =>
        {
            await part.WaitForExit(cancellation);
            return part;
        }));
        return $"{stopped.Name} stopped with exit code {await stopped.WaitForExit(cancellation)}. {stopped.LogTail()}";
    }

    /// <summary>Stops everything that was started.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_spread is not null)
            await _spread.DisposeAsync();
        foreach (var step in (List<ChildProcess>[])[_front, _services, _outside])
            await Task.WhenAll(step.Select(Stop));
        await _servers.DisposeAsync();
    }

    private async Task Start(CancellationToken cancellation)
    {
        _options.Ports.MustBeFree(Listeners());
        if (Directory.Exists(LogFolder))
            Directory.Delete(LogFolder, recursive: true);

        var configuration = new Configuration(_options, Secrets, _ports);
        await Together.Run(cancellation,
            token => Launch(_outside, configuration.Simulators(), token),
            async token =>
            {
                await _servers.StartPostgres(_options, Secrets, token);
                Ready("PostgreSQL");
            },
            async token =>
            {
                await _servers.StartRabbitMq(_options, token);
                Ready("RabbitMQ");
            });
        await Together.Run(cancellation,
        [
            .. configuration.Services(_servers).Select(service => Launching(_services, service)),
            .. configuration.Gateways(_servers).Select(gateway => Launching(_front, gateway)),
            Launching(_outside, configuration.Partner()),
        ]);
        if (_options.GatewayInstances > 1)
            _spread = new Spread(_options.Ports[Listener.Gateway], _ports.Gateway);
    }

    private Func<CancellationToken, Task> Launching(List<ChildProcess> group, OwnProcess own) =>
        token => Launch(group, own, token);

    private async Task Launch(List<ChildProcess> group, OwnProcess own, CancellationToken cancellation)
    {
        var (program, argument) = File.Exists(Path.Combine(_layout.At(own.Project), "package.json"))
            ? ("node", "server.js")
            : ("dotnet", _layout.Program(own.Project));
        var process = await ChildProcess.Start(new ChildProcessOptions
        {
            Name = own.Name,
            Program = program,
            Arguments = [argument],
            Environment = own.Settings,
            WorkingFolder = _layout.At(own.Project),
            LogFile = Path.Combine(LogFolder, $"{own.Name}.log"),
        });
        lock (group)
            group.Add(process);
        await process.WaitUntilReady(
            new Uri($"http://localhost:{own.Port}/health/ready"), ReadyDeadline, cancellation);
        Ready(own.Name);
    }

    private async Task Stop(ChildProcess process)
    {
        if (!await process.Stop(StopDeadline))
            _options.Report($"{process.Name} did not stop within {StopDeadline.TotalSeconds:0} s and was killed.");
        await process.DisposeAsync();
    }

    private void Ready(string part) => _options.Report($"{_sinceStart.Elapsed.TotalSeconds,6:0.0} s  {part} is ready");

    private int[] ServicePorts(Listener listener) =>
        [_options.Ports[listener], .. Ports.Free(_options.ServiceInstances - 1)];

    private IEnumerable<Listener> Listeners() => Listener.All
        .Where(listener => listener != Listener.Traces)
        .Where(listener => listener != Listener.Postgres || _options.Postgres is null)
        .Where(listener => !Listener.OfRabbitMq.Contains(listener) || _options.Broker is null);
}
