using System.Diagnostics.CodeAnalysis;
using Hutong.EventStore;
using Hutong.RelayHost;
using Hutong.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Hutong.Messaging.Tests;

/// <summary>Two services' databases and a broker between them; the hosts a test starts on them stop with it.</summary>
[SuppressMessage("Reliability", "CA2000", Justification = "Disposed with this.")]
public sealed class Exchange : IAsyncDisposable
{
    private readonly List<IHost> hosts = [];
    private readonly Dictionary<string, NpgsqlDataSource> sources = [];

    public Exchange(string originDatabase, string receiverDatabase, string broker) =>
        (OriginDatabase, ReceiverDatabase, Broker) = (originDatabase, receiverDatabase, broker);

    public string OriginDatabase { get; }

    public string ReceiverDatabase { get; }

    public string Broker { get; }

    public static async Task<Exchange> On(Servers servers) =>
        new(await servers.NewDatabase(), await servers.NewDatabase(), (await servers.NewVhost()).AbsoluteUri);

    public Task<IHost> StartOrigin(Action<IHostApplicationBuilder>? more = null) => Start(Nodes.Origin(OriginDatabase, Broker, more));

    public Task<IHost> StartReceiver(Meddle? meddle = null) => Start(Nodes.Receiver(ReceiverDatabase, Broker, meddle));

    /// <summary>A host that is not started: its services can be used all the same.</summary>
    public IHost Keep(IHost host)
    {
        hosts.Add(host);
        return host;
    }

    /// <summary>Stops a host in order and forgets it.</summary>
    public async Task Stop(IHost host)
    {
        hosts.Remove(host);
        await host.StopAsync();
        await Dispose(host);
    }

    /// <summary>The versions applied for an origin stream, in the order in which they took effect.</summary>
    public async Task<IReadOnlyList<long>> AppliedVersions(string stream, string family = "commerce") =>
        [.. (await Applied($"{family}:{stream}")).Select(a => a.Version)];

    public async Task<IReadOnlyList<Applied>> Applied(string orderKey)
    {
        await using var command = Source(ReceiverDatabase).CreateCommand(
            "select data->>'messageId', (data->>'version')::bigint, data->>'what' from mt_events where stream_id = $1 order by version");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Ticks.EffectStream(orderKey) });
        await using var reader = await command.ExecuteReaderAsync();
        var applied = new List<Applied>();
        while (await reader.ReadAsync())
            applied.Add(new Applied(reader.GetString(0), reader.GetInt64(1), reader.GetString(2)));
        return applied;
    }

    public async Task<long> Count(string sql, bool origin = false)
    {
        await using var command = Source(origin ? OriginDatabase : ReceiverDatabase).CreateCommand(sql);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>How many effects there are of all messages.</summary>
    public Task<long> Effects() => Count("select count(*) from mt_events where type = 'applied'");

    /// <summary>How many messages are parked.</summary>
    public Task<long> Parked() => Count("select count(*) from parked_message");

    public NpgsqlDataSource Source(string connectionString)
    {
        lock (sources)
        {
            if (!sources.TryGetValue(connectionString, out var source))
                sources.Add(connectionString, source = NpgsqlDataSource.Create(connectionString));
            return source;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in hosts)
        {
            await host.StopAsync();
            await Dispose(host);
        }
        foreach (var source in sources.Values)
            await source.DisposeAsync();
    }

    private async Task<IHost> Start(IHost host)
    {
        Keep(host);
        await host.StartAsync();
        await host.Services.GetRequiredService<SchemaReady>().Wait(TestContext.Current.CancellationToken);
        return host;
    }

    private static async Task Dispose(IHost host)
    {
        if (host is IAsyncDisposable asynchronous)
            await asynchronous.DisposeAsync();
        else
            host.Dispose();
    }
}

internal static class OriginExtensions
{
    /// <summary>Appends ticks to a stream.</summary>
    public static async Task Tick(this IHost origin, string stream, int count, int first = 1)
    {
        var events = Enumerable.Range(first, count).Select(object (n) => new Ticked(n)).ToArray();
        (await origin.Services.GetRequiredService<IEventStore>().Commit(UnitOfWork.Append(stream, Expected.Any, events)))
            .ShouldBeOfType<CommitResult.Committed>();
    }
}
