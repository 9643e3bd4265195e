using Hutong.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Hutong.Messaging.Tests;

public sealed class OutageSpecs(Servers servers)
{
    [Fact]
    public async Task Services_start_with_the_broker_down_and_use_it_when_it_comes()
    {
        await using var broker = await servers.StartBrokerOfOwn();
        await using var exchange = new Exchange(await servers.NewDatabase(), await servers.NewDatabase(), broker.Server.Amqp.AbsoluteUri);
        await broker.Stop();
        var origin = await exchange.StartOrigin();
        await exchange.StartReceiver();
        await origin.Tick("a-1", 20);
        await Eventually.True(async () => await Health(origin) == HealthStatus.Unhealthy);
        // Long enough for an attempt to declare the topology to fail.
        await Task.Delay(TimeSpan.FromSeconds(3));

        await broker.Start();

        await Eventually.True(async () => await exchange.Effects() == 20, TimeSpan.FromSeconds(180));
        (await exchange.AppliedVersions("a-1")).ShouldBe(Enumerable.Range(1, 20).Select(n => (long)n));
        await Eventually.True(async () => await Health(origin) == HealthStatus.Healthy);
        using var view = new BrokerView(broker.Server, broker.Server.AddressOf("/").AbsoluteUri);
        await Eventually.True(async () => await view.Connections() <= 4, because: "failed attempts left no connection behind");
    }

    [Fact]
    public async Task A_broker_killed_and_started_again_under_load_costs_nothing()
    {
        await using var broker = await servers.StartBrokerOfOwn();
        await using var exchange = new Exchange(await servers.NewDatabase(), await servers.NewDatabase(), broker.Server.Amqp.AbsoluteUri);
        var origin = await exchange.StartOrigin();
        await exchange.StartReceiver();
        var writing = Write(origin, 300);
        await Eventually.True(async () => await exchange.Effects() > 20);

        await broker.Kill();
        await Eventually.True(async () => await Health(origin) == HealthStatus.Unhealthy);
        await broker.Start();
        await writing;

        await AllApplied(exchange, 300);
    }

    [Fact]
    public async Task What_a_broker_confirmed_right_after_its_queues_were_made_outlives_its_being_killed()
    {
        await using var broker = await servers.StartBrokerOfOwn();
        await using var exchange = new Exchange(await servers.NewDatabase(), await servers.NewDatabase(), broker.Server.Amqp.AbsoluteUri);
        var origin = await exchange.StartOrigin();
        await origin.Tick("a-1", 20);
        await Eventually.True(async () => await exchange.Count("select count(*) from relay_cursor where version = 20", origin: true) == 1);

        await broker.Kill();
        await broker.Start();
        await exchange.StartReceiver();

        await Eventually.True(async () => await exchange.Effects() == 20, TimeSpan.FromSeconds(180));
        (await exchange.Parked()).ShouldBe(0);
    }

    [Fact]
    public async Task Databases_killed_and_started_again_under_load_cost_nothing()
    {
        await using var postgres = await servers.StartPostgresOfOwn();
        await using var exchange = new Exchange(
            await postgres.Server.CreateDatabase("origin", "origin", "origin"),
            await postgres.Server.CreateDatabase("receiver", "receiver", "receiver"),
            (await servers.NewVhost()).AbsoluteUri);
        var origin = await exchange.StartOrigin();
        await exchange.StartReceiver();
        var writing = Write(origin, 300);
        await Eventually.True(async () => await exchange.Effects() > 20);

        await postgres.Kill();
        await Task.Delay(TimeSpan.FromSeconds(3));
        await postgres.Start();
        await writing;

        await AllApplied(exchange, 300);
    }

    private static async Task Write(IHost origin, int count)
    {
        for (var n = 1; n <= count; n++)
        {
            try
            {
                await origin.Tick($"a-{n % 3}", 1, n);
                await Task.Delay(5);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                n--;
                await Task.Delay(100);
            }
        }
    }

    /// <summary>A commit that was cut off may have happened: the origin's log says what there is to apply.</summary>
    private static async Task AllApplied(Exchange exchange, int atLeast)
    {
        await Eventually.Passes(
            async () =>
            {
                for (var s = 0; s < 3; s++)
                {
                    var written = await exchange.Count($"select max(version) from mt_events where stream_id = 'a-{s}'", origin: true);
                    written.ShouldBeGreaterThanOrEqualTo(atLeast / 3);
                    (await exchange.AppliedVersions($"a-{s}")).ShouldBe(Enumerable.Range(1, (int)written).Select(v => (long)v));
                }
            },
            TimeSpan.FromSeconds(180));
        (await exchange.Parked()).ShouldBe(0);
    }

    private static async Task<HealthStatus> Health(IHost host) =>
        (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(check => check.Tags.Contains("ready"))).Status;
}
