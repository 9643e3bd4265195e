using System.Collections.Concurrent;
using Hutong.Launcher.Deploying;
using Hutong.Launcher.Walk;

namespace Hutong.EndToEnd.Tests.Fixtures;

/// <summary>The running system after the whole journey was walked through it once, with a wiretap on its broker.</summary>
[CollectionDefinition(nameof(WalkedSystem))]
public sealed class WalkedSystem(RunningSystem system) : ICollectionFixture<WalkedSystem>, IAsyncLifetime
{
    private const string Vhost = "hutong";

    private readonly ConcurrentQueue<string> _lines = new();
    private WireTap? _tap;
    private Walked? _walked;

    /// <summary>The system.</summary>
    public RunningSystem System => system;

    /// <summary>What the walk told, line by line.</summary>
    public IReadOnlyCollection<string> Lines => _lines;

    internal Walked Walked => _walked ?? throw new InvalidOperationException("The journey was not walked.");

    internal WireTap Tap => _tap ?? throw new InvalidOperationException("The broker is not listened to.");

    public async ValueTask InitializeAsync()
    {
        _tap = await WireTap.On(system.Deployment.Broker!, Vhost);
        _walked = await Walk(TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync()
    {
        _tap?.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Walks the journey.</summary>
    /// <exception cref="WalkException">A step did not hold.</exception>
    internal Task<Walked> Walk(CancellationToken cancellation)
    {
        var catalogue = new DemoCatalogue(Layout.Find(), system.Addresses.Shop, system.Deployment.DataFolder);
        return new Journey(system.Addresses, catalogue, system.Traces, _lines.Enqueue).Walk(cancellation);
    }
}
