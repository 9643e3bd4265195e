using Hutong.Contracts;
using Hutong.Messaging.Broker;
using Hutong.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Hutong.Messaging.Tests;

public sealed class TopologySpecs(Servers servers)
{
    [Fact]
    public async Task Several_instances_declare_the_manifest_at_once()
    {
        await using var exchange = await Exchange.On(servers);
        var nodes = await Task.WhenAll(Enumerable.Range(0, 4).Select(n => n % 2 == 0 ? exchange.StartOrigin() : exchange.StartReceiver()));

        foreach (var node in nodes)
            await node.Services.GetRequiredService<TopologyDeployment>().Wait(TestContext.Current.CancellationToken);
        using var broker = new BrokerView(await servers.RabbitMq, exchange.Broker);
        await Eventually.Passes(async () =>
        {
            var queues = await broker.Queues();
            queues.Keys.ShouldBe(Topology.Queues.Select(q => q.Name), ignoreOrder: true);
            queues.Values.ShouldAllBe(singleActiveQuorum => singleActiveQuorum);
        });
        var bindings = await broker.Bindings();
        foreach (var queue in Topology.Queues)
        {
            foreach (var message in queue.Families.SelectMany(f => f.Messages))
                bindings.ShouldContain(($"{message.Namespace}:{message.Name}", queue.Name));
        }
    }

    [Fact]
    public async Task Messages_wait_in_the_queues_of_a_service_that_never_ran()
    {
        await using var exchange = await Exchange.On(servers);
        var origin = await exchange.StartOrigin();
        using var broker = new BrokerView(await servers.RabbitMq, exchange.Broker);

        await origin.Tick("a-1", 20);

        await Eventually.True(async () => await RelayedTo(exchange) && await broker.Ready(RelayHost.Nodes.Commerce) == 20);
        await exchange.StartReceiver();
        await Eventually.True(async () => await exchange.Effects() == 20);
    }

    [Fact]
    public async Task A_queue_that_was_deleted_is_declared_again_and_nothing_is_confirmed_into_the_void()
    {
        await using var exchange = await Exchange.On(servers);
        var origin = await exchange.StartOrigin();
        await origin.Services.GetRequiredService<TopologyDeployment>().Wait(TestContext.Current.CancellationToken);
        using var broker = new BrokerView(await servers.RabbitMq, exchange.Broker);
        await broker.DeleteQueue(RelayHost.Nodes.Commerce);

        await origin.Tick("a-1", 5);

        await Eventually.True(async () => (await broker.Queues()).ContainsKey(RelayHost.Nodes.Commerce));
        await exchange.StartReceiver();
        await Eventually.True(async () => await exchange.Effects() == 5);
        (await exchange.AppliedVersions("a-1")).ShouldBe([1, 2, 3, 4, 5]);
    }

    [Fact]
    public async Task Five_hundred_first_publishes_at_once_do_not_hang()
    {
        await using var exchange = await Exchange.On(servers);
        var origin = await exchange.StartOrigin();
        await Task.WhenAll(Enumerable.Range(0, 500).Select(n => origin.Tick($"a-{n}", 1)));

        await exchange.StartReceiver();

        await Eventually.True(async () => await exchange.Effects() == 500);
    }

    private static async Task<bool> RelayedTo(Exchange exchange) =>
        await exchange.Count("select count(*) from relay_cursor where version = 20", origin: true) == 1;
}
