using System.Collections.Concurrent;
using Hutong.Launcher.Deploying;
using Hutong.Launcher.Tracing;

namespace Hutong.EndToEnd.Tests.Fixtures;

/// <summary>
/// The whole system, started once for all tests: two instances of every service and of the gateway, on free ports, with
/// data of its own, a receiver of everything it sends over OTLP, and a wiretap on its broker from before anybody comes.
/// </summary>
public sealed class RunningSystem : IAsyncLifetime
{
    private const int Instances = 2;
    private const string Vhost = "hutong";

    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"hutong-end-to-end-{Guid.NewGuid():N}");
    private readonly ConcurrentQueue<string> _reports = new();
    private TraceReceiver? _traces;
    private Deployment? _deployment;
    private WireTap? _tap;

    /// <summary>What was started.</summary>
    public Deployment Deployment => _deployment ?? throw new InvalidOperationException("The system is not started.");

    /// <summary>What arrives over OTLP.</summary>
    public TraceReceiver Traces => _traces ?? throw new InvalidOperationException("The system is not started.");

    internal WireTap Tap => _tap ?? throw new InvalidOperationException("The broker is not listened to.");

    /// <summary>Where to reach it.</summary>
    public Addresses Addresses => Deployment.Addresses;

    /// <summary>When each part became ready, a line each.</summary>
    public IReadOnlyCollection<string> Reports => _reports;

    public async ValueTask InitializeAsync()
    {
        var ports = PortPlan.Random();
        _traces = await TraceReceiver.Start(ports[Listener.Traces], keepRequests: true);
        _deployment = await Deployment.Start(new DeploymentOptions
        {
            DataFolder = _folder,
            Ports = ports,
            Otlp = _traces.Address,
            ServiceInstances = Instances,
            GatewayInstances = Instances,
            Durable = false,
            Report = _reports.Enqueue,
        });
        _tap = await WireTap.On(_deployment.Broker!, Vhost);
    }

    public async ValueTask DisposeAsync()
    {
        _tap?.Dispose();
        if (_deployment is not null)
            await _deployment.DisposeAsync();
        if (_traces is not null)
            await _traces.DisposeAsync();
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }
}
