using Hutong.RelayHost;
using Hutong.Testing;

namespace Hutong.Messaging.Tests;

public sealed class ConsumerSpecs(Servers servers)
{
    [Fact]
    public async Task Redelivery_three_times_changes_nothing()
    {
        await using var exchange = await Exchange.On(servers);
        var handled = 0;
        await exchange.StartReceiver((_, _, _) =>
        {
            Interlocked.Increment(ref handled);
            return Task.CompletedTask;
        });
        var origin = await exchange.StartOrigin();
        await origin.Tick("a-1", 10);
        await Eventually.True(async () => await exchange.Effects() == 10);

        for (var again = 1; again <= 3; again++)
        {
            await exchange.Stop(origin);
            await exchange.Count(
                "with forgotten as (delete from relay_cursor) update mt_event_progression set last_seq_id = 0 where name = 'Relay:All'",
                origin: true);
            origin = await exchange.StartOrigin();
            await Eventually.True(() => Volatile.Read(ref handled) >= 10 * (again + 1), because: "all were delivered again");
        }

        (await exchange.AppliedVersions("a-1")).ShouldBe([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        (await exchange.Parked()).ShouldBe(0);
    }

    [Fact]
    public async Task A_connection_lost_before_the_acknowledgement_does_not_repeat_the_effect()
    {
        await using var exchange = await Exchange.On(servers);
        var reached = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        var deliveries = 0;
        await exchange.StartReceiver(async (_, number, _) =>
        {
            if (number == "3" && Interlocked.Increment(ref deliveries) == 1)
            {
                reached.SetResult();
                await goOn.Task;
            }
        });
        var origin = await exchange.StartOrigin();
        using var broker = new BrokerView(await servers.RabbitMq, exchange.Broker);

        await origin.Tick("a-1", 6);
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await Eventually.True(async () => await broker.CutConnections() > 0);
        goOn.SetResult();

        // A consumer that is left for dead is noticed after most of a minute.
        var deadline = TimeSpan.FromSeconds(180);
        await Eventually.True(async () => await exchange.Effects() == 6, deadline);
        await Eventually.True(() => Volatile.Read(ref deliveries) >= 2, deadline, "the broker delivered it again");
        await Eventually.True(async () => await broker.Ready(Nodes.Commerce) == 0);
        (await exchange.AppliedVersions("a-1")).ShouldBe([1, 2, 3, 4, 5, 6]);
        (await exchange.Parked()).ShouldBe(0);
    }

    [Fact]
    public async Task A_consumer_left_for_dead_after_its_connection_was_lost_is_started_again()
    {
        const int Streams = 4;
        await using var exchange = await Exchange.On(servers);
        var held = 0;
        var goOn = new TaskCompletionSource();
        await exchange.StartReceiver(async (_, _, cancellation) =>
        {
            if (Interlocked.Increment(ref held) > Streams)
                return;
            // MassTransit cancels what is in hand when a connection is lost. What throws there keeps it from ending
            // the consumer, which then waits for messages of a channel that is no more.
            cancellation.Register(() => throw new InvalidOperationException("In the way of the shutdown."));
            await goOn.Task;
        });
        var origin = await exchange.StartOrigin();
        using var broker = new BrokerView(await servers.RabbitMq, exchange.Broker);

        await Task.WhenAll(Enumerable.Range(0, Streams).Select(s => origin.Tick($"a-{s}", 1)));
        await Eventually.True(() => Volatile.Read(ref held) == Streams);
        await Eventually.True(async () => await broker.CutConnections() > 0);
        goOn.SetResult();
        await Task.WhenAll(Enumerable.Range(0, Streams).Select(s => origin.Tick($"a-{s}", 1, first: 2)));

        await Eventually.True(async () => await exchange.Effects() == 2 * Streams, TimeSpan.FromSeconds(180));
        for (var s = 0; s < Streams; s++)
            (await exchange.AppliedVersions($"a-{s}")).ShouldBe([1, 2]);
        (await exchange.Parked()).ShouldBe(0);
    }

    [Fact]
    public async Task Two_instances_keep_order_also_when_the_active_one_stops_under_load()
    {
        const int Streams = 20;
        const int Each = 60;
        await using var exchange = await Exchange.On(servers);
        Meddle slow = async (_, _, cancellation) => await Task.Delay(Random.Shared.Next(3), cancellation);
        var receivers = new[] { await exchange.StartReceiver(slow), await exchange.StartReceiver(slow) };
        var origin = await exchange.StartOrigin();

        for (var n = 1; n <= Each; n++)
            await Task.WhenAll(Enumerable.Range(0, Streams).Select(s => origin.Tick($"a-{s}", 1, n)));
        await Eventually.True(async () => await exchange.Effects() > 50);
        // Each in turn: whichever is active hands over with messages in its hands.
        await exchange.Stop(receivers[0]);
        await exchange.StartReceiver(slow);
        await exchange.Stop(receivers[1]);

        await Eventually.True(async () => await exchange.Effects() == Streams * Each, TimeSpan.FromSeconds(60));
        for (var s = 0; s < Streams; s++)
            (await exchange.AppliedVersions($"a-{s}")).ShouldBe(Enumerable.Range(1, Each).Select(n => (long)n));
        (await exchange.Parked()).ShouldBe(0);
    }

    [Fact]
    public async Task Messages_that_an_instance_gives_back_overtake_the_later_ones_another_instance_has_its_hands_full_of()
    {
        await using var exchange = await Exchange.On(servers);
        var origin = await exchange.StartOrigin();
        await origin.Tick("a-1", 200);
        using var broker = new BrokerView(await servers.RabbitMq, exchange.Broker);
        await Eventually.True(async () => (await broker.Queues()).ContainsKey(Nodes.Commerce) && await broker.Ready(Nodes.Commerce) == 200);
        var givenUp = await broker.TakeAndCancel(Nodes.Commerce, 100);
        var sawLater = new TaskCompletionSource();

        await exchange.StartReceiver((_, number, _) =>
        {
            if (number == "101")
                sawLater.TrySetResult();
            return Task.CompletedTask;
        });
        await sawLater.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await givenUp.DisposeAsync();

        await Eventually.True(async () => await exchange.Effects() == 200);
        (await exchange.AppliedVersions("a-1")).ShouldBe(Enumerable.Range(1, 200).Select(n => (long)n));
        (await exchange.Parked()).ShouldBe(0);
    }

    [Fact]
    public async Task An_orderly_stop_finishes_what_it_has_and_leaves_the_rest_in_the_queue()
    {
        await using var exchange = await Exchange.On(servers);
        var inHand = 0;
        var receiver = await exchange.StartReceiver(async (_, _, _) =>
        {
            Interlocked.Increment(ref inHand);
            await Task.Delay(20, CancellationToken.None);
            Interlocked.Decrement(ref inHand);
        });
        var origin = await exchange.StartOrigin();
        await origin.Tick("a-1", 200);
        await Eventually.True(async () => await exchange.Effects() >= 10);

        await exchange.Stop(receiver);

        inHand.ShouldBe(0);
        using var broker = new BrokerView(await servers.RabbitMq, exchange.Broker);
        var done = await exchange.Effects();
        await Eventually.True(async () => await broker.Ready(Nodes.Commerce) == 200 - done, because: "what is not applied is in the queue, ready");
        await exchange.StartReceiver();
        await Eventually.True(async () => await exchange.Effects() == 200);
        (await exchange.AppliedVersions("a-1")).ShouldBe(Enumerable.Range(1, 200).Select(n => (long)n));
        (await exchange.Parked()).ShouldBe(0);
    }
}
