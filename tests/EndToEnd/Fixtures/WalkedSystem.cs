using System.Collections.Concurrent;
using Hutong.Launcher.Deploying;
using Hutong.Launcher.Walk;

namespace Hutong.EndToEnd.Tests.Fixtures;

/// <summary>The running system after the whole journey was walked through it once.</summary>
[CollectionDefinition(nameof(WalkedSystem))]
public sealed class WalkedSystem(RunningSystem system) : ICollectionFixture<WalkedSystem>, IAsyncLifetime
{
    private readonly ConcurrentQueue<string> _lines = new();
    private Walked? _walked;

    /// <summary>The system.</summary>
    public RunningSystem System => system;

    /// <summary>What the walk told, line by line.</summary>
    public IReadOnlyCollection<string> Lines => _lines;

    internal Walked Walked => _walked ?? throw new InvalidOperationException("The journey was not walked.");

    public async ValueTask InitializeAsync() => _walked = await Walk(TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Walks the journey.</summary>
    /// <exception cref="WalkException">A step did not hold.</exception>
    internal Task<Walked> Walk(CancellationToken cancellation)
    {
        var catalogue = new DemoCatalogue(Layout.Find(), system.Addresses.Shop, system.Deployment.DataFolder);
        return new Journey(system.Addresses, catalogue, system.Traces, _lines.Enqueue).Walk(cancellation);
    }
}
