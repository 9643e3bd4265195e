using Hutong.RelayHost;
using Hutong.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Hutong.Messaging.Tests;

/// <summary>A relay killed with SIGKILL between commit, confirm and checkpoint.</summary>
public sealed class CrashSpecs(Servers servers)
{
    private int handled;

    [Theory]
    [InlineData(Crash.BeforePublish, 1)]
    [InlineData(Crash.BeforePublish, 7)]
    [InlineData(Crash.AfterConfirm, 1)]
    [InlineData(Crash.AfterConfirm, 30)]
    public async Task A_relay_killed_between_commit_and_checkpoint_publishes_at_least_once_and_all_is_applied_once(string point, int message)
    {
        await using var exchange = await Exchange.On(servers);
        await exchange.StartReceiver(Count);
        await Append(exchange, 10);

        await using (var relay = RelayProcess.Start(exchange, point, $"{message}"))
            await relay.Died();
        (await Checkpoint(exchange)).ShouldBe(0, "it died before its checkpoint");
        await using var next = RelayProcess.Start(exchange);

        await AllApplied(exchange, 10);
        if (point == Crash.AfterConfirm)
            await Eventually.True(() => Volatile.Read(ref handled) > 30, because: "what was confirmed before the crash came again");
        (await exchange.AppliedVersions("a-1")).Count.ShouldBe(10);
    }

    [Fact]
    public async Task A_relay_killed_after_its_checkpoint_goes_on_where_it_was()
    {
        await using var exchange = await Exchange.On(servers);
        await Append(exchange, 10);
        var relay = RelayProcess.Start(exchange);
        await Eventually.True(async () => await Checkpoint(exchange) >= 30);
        await relay.DisposeAsync();

        await Append(exchange, 5, first: 11);
        await using var next = RelayProcess.Start(exchange);
        await Eventually.True(async () => await Checkpoint(exchange) >= 45);

        // Nobody consumes yet, so that every message published is there to be counted.
        using var broker = new BrokerView(await servers.RabbitMq, exchange.Broker);
        (await broker.Ready(Nodes.Commerce)).ShouldBe(45u, "nothing was published twice");
        await exchange.StartReceiver();
        await AllApplied(exchange, 15);
    }

    [Fact]
    public async Task A_relay_killed_again_and_again_under_load_loses_nothing()
    {
        await using var exchange = await Exchange.On(servers);
        await exchange.StartReceiver(Count);
        var writing = Append(exchange, 200, pause: TimeSpan.FromMilliseconds(20));
        foreach (var (point, message) in new[] { (Crash.AfterConfirm, 17), (Crash.BeforePublish, 40), (Crash.AfterConfirm, 90) })
        {
            await using var relay = RelayProcess.Start(exchange, point, $"{message}");
            await relay.Died();
        }
        await using var last = RelayProcess.Start(exchange);
        await writing;

        await AllApplied(exchange, 200);
    }

    private Task Count(Delivery delivery, string number, CancellationToken cancellation)
    {
        Interlocked.Increment(ref handled);
        return Task.CompletedTask;
    }

    /// <summary>Appends to three streams, on a host that is not started: it relays nothing.</summary>
    private static async Task Append(Exchange exchange, int count, int first = 1, TimeSpan pause = default)
    {
        var writer = exchange.Keep(Nodes.Origin(exchange.OriginDatabase, exchange.Broker));
        await EventStore.SchemaScripts.Apply(
            writer.Services.GetRequiredService<Npgsql.NpgsqlDataSource>(),
            [typeof(EventStore.IEventStore).Assembly, MessagingServices.Schema],
            TestContext.Current.CancellationToken);
        for (var n = first; n < first + count; n++)
        {
            foreach (var stream in (string[])["a-1", "a-2", "a-3"])
                await writer.Tick(stream, 1, n);
            await Task.Delay(pause);
        }
    }

    private static async Task AllApplied(Exchange exchange, int each)
    {
        await Eventually.True(async () => await exchange.Effects() == 3 * each, TimeSpan.FromSeconds(60));
        foreach (var stream in (string[])["a-1", "a-2", "a-3"])
            (await exchange.AppliedVersions(stream)).ShouldBe(Enumerable.Range(1, each).Select(n => (long)n));
        (await exchange.Parked()).ShouldBe(0);
    }

    private static Task<long> Checkpoint(Exchange exchange) =>
        exchange.Count("select coalesce(max(last_seq_id), 0) from mt_event_progression where name = 'Relay:All'", origin: true);
}
