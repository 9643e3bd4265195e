using System.Text;
using Hutong.EventStore.CommandLine;
using Hutong.Messaging.Parking;
using Hutong.RelayHost;
using Hutong.Testing;
using Microsoft.Extensions.Hosting;

namespace Hutong.Messaging.Tests;

public sealed class ParkingSpecs(Servers servers)
{
    private volatile bool mended;

    [Fact]
    public async Task Poison_parks_its_key_alone_and_a_replay_after_the_fix_applies_it_in_order()
    {
        await using var exchange = await Exchange.On(servers);
        var receiver = await exchange.StartReceiver(FailAtThree);
        var origin = await exchange.StartOrigin();

        await origin.Tick("a-bad", 6);
        await origin.Tick("a-good", 6);

        await Eventually.True(async () => await exchange.Parked() == 4);
        (await exchange.AppliedVersions("a-bad")).ShouldBe([1, 2]);
        await Eventually.Passes(async () => (await exchange.AppliedVersions("a-good")).ShouldBe([1, 2, 3, 4, 5, 6]));

        (await receiver.Services.ReplayParked()).ShouldBe(new ReplayResult(0, 4), "the cause is not mended yet");
        mended = true;
        (await receiver.Services.ReplayParked(Nodes.Feed)).ShouldBe(new ReplayResult(0, 0), "another queue");
        (await receiver.Services.ReplayParked(Nodes.Commerce, "commerce:a-bad")).ShouldBe(new ReplayResult(4, 0));

        (await exchange.AppliedVersions("a-bad")).ShouldBe([1, 2, 3, 4, 5, 6]);
        await origin.Tick("a-bad", 2, first: 7);
        await Eventually.Passes(async () => (await exchange.AppliedVersions("a-bad")).ShouldBe([1, 2, 3, 4, 5, 6, 7, 8]));
        (await exchange.Parked()).ShouldBe(0);
    }

    [Fact]
    public async Task Messages_that_arrive_while_a_replay_runs_are_neither_lost_nor_out_of_order()
    {
        await using var exchange = await Exchange.On(servers);
        var receiver = await exchange.StartReceiver(FailAtThree);
        var origin = await exchange.StartOrigin();
        await origin.Tick("a-bad", 20);
        await Eventually.True(async () => await exchange.Parked() == 18);

        mended = true;
        var replay = receiver.Services.ReplayParked();
        for (var n = 21; n <= 60; n++)
            await origin.Tick("a-bad", 1, n);
        await replay;
        await Eventually.True(async () => await receiver.Services.ReplayParked() is { Remaining: 0 } && await exchange.Effects() == 60);

        (await exchange.AppliedVersions("a-bad")).ShouldBe(Enumerable.Range(1, 60).Select(n => (long)n));
        (await exchange.Parked()).ShouldBe(0);
    }

    [Fact]
    public async Task What_cannot_be_read_is_parked_once_and_holds_up_nothing()
    {
        await using var exchange = await Exchange.On(servers);
        var receiver = await exchange.StartReceiver();
        var origin = await exchange.StartOrigin();
        using var broker = new BrokerView(await servers.RabbitMq, exchange.Broker);
        await Eventually.True(async () => (await broker.Queues()).ContainsKey(Nodes.Commerce));
        var id = Guid.CreateVersion7();

        await broker.Send(Nodes.Commerce, Encoding.UTF8.GetBytes("not json {"), id.ToString());
        await broker.Send(Nodes.Commerce, [0, 159, 146, 150, 0], "not-a-guid", new Dictionary<string, object?> { ["hutong-version"] = "x" });
        await broker.Send(Nodes.Commerce, Encoding.UTF8.GetBytes("""{"messageType":["urn:message:Somebody:Else"],"message":{}}"""));
        await broker.Send(Nodes.Commerce, Encoding.UTF8.GetBytes(
            """{"messageType":["urn:message:Hutong.Contracts:CardClicked"],"message":{"clickId":"0197f7d5-0000-7000-8000-000000000000"}}"""));
        await origin.Tick("a-1", 3);

        await Eventually.True(async () => await exchange.Parked() == 4 && await exchange.Effects() == 3);
        (await exchange.Count($"select count(*) from parked_message where message_id = '{id}' and envelope = 'not json {{'")).ShouldBe(1);
        (await broker.Ready(Nodes.Commerce)).ShouldBe(0u);
        (await receiver.Services.ReplayParked()).ShouldBe(new ReplayResult(0, 4));
        (await exchange.Count("select count(*) from parked_message where attempts = 2")).ShouldBe(4);
    }

    [Fact]
    public async Task The_replay_command_answers_with_an_exit_code()
    {
        await using var exchange = await Exchange.On(servers);
        await exchange.StartReceiver(FailAtThree);
        var origin = await exchange.StartOrigin();
        await origin.Tick("a-bad", 4);
        await Eventually.True(async () => await exchange.Parked() == 2);

        (await Command("replay-parked", "--queue")).ShouldBe(2);
        (await Command("replay-parked")).ShouldBe(1);
        mended = true;
        (await Command("replay-parked", "--key", "commerce:a-bad", "--queue", Nodes.Commerce)).ShouldBe(0);

        (await exchange.AppliedVersions("a-bad")).ShouldBe([1, 2, 3, 4]);

        Task<int> Command(params string[] args) => Nodes.Receiver(exchange.ReceiverDatabase, exchange.Broker, FailAtThree).RunService(args);
    }

    private Task FailAtThree(Delivery delivery, string number, CancellationToken cancellation) =>
        number == "3" && !mended && delivery.OrderKey.EndsWith("bad", StringComparison.Ordinal)
            ? throw new InvalidOperationException("poison")
            : Task.CompletedTask;
}
