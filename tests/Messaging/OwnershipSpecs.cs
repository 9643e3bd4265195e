using Hutong.RelayHost;
using Hutong.Testing;

namespace Hutong.Messaging.Tests;

/// <summary>One relay per log, among several instances.</summary>
public sealed class OwnershipSpecs(Servers servers)
{
    [Fact]
    public async Task Two_relays_have_one_owner_and_each_event_is_published_once()
    {
        await using var exchange = await Exchange.On(servers);
        var first = await exchange.StartOrigin();
        var second = await exchange.StartOrigin();
        for (var n = 1; n <= 50; n++)
            await (n % 2 == 0 ? first : second).Tick("a-1", 1, n);
        await Eventually.True(async () => await exchange.Count(
            "select count(*) from mt_event_progression where name = 'Relay:All' and last_seq_id = (select max(seq_id) from mt_events)",
            origin: true) == 1);

        // Nobody consumes yet, so that every message published is there to be counted.
        using var broker = new BrokerView(await servers.RabbitMq, exchange.Broker);
        (await broker.Ready(Nodes.Commerce)).ShouldBe(50u);
        (await exchange.Count("select count(*) from lease where name = 'Relay' and expires_at > now()", origin: true)).ShouldBe(1);
        await exchange.StartReceiver();
        await Eventually.True(async () => await exchange.Effects() == 50);
        (await exchange.AppliedVersions("a-1")).ShouldBe(Enumerable.Range(1, 50).Select(n => (long)n));
    }

    [Fact]
    public async Task When_the_owner_stops_in_order_the_other_goes_on_at_once()
    {
        await using var exchange = await Exchange.On(servers);
        await exchange.StartReceiver();
        var first = await exchange.StartOrigin();
        await first.Tick("a-1", 5);
        await Eventually.True(async () => await exchange.Effects() == 5);
        var second = await exchange.StartOrigin();

        await exchange.Stop(first);

        // Nobody has to wait for it to run out.
        (await exchange.Count("select count(*) from lease where name = 'Relay' and (expires_at = '-infinity' or token > 1)", origin: true))
            .ShouldBe(1);
        await second.Tick("a-1", 5, first: 6);
        await Eventually.True(async () => await exchange.Effects() == 10);
    }

    [Fact]
    public async Task Relays_whose_connections_are_cut_and_whose_lease_is_taken_keep_order_and_lose_nothing()
    {
        await using var exchange = await Exchange.On(servers);
        await exchange.StartReceiver();
        var first = await exchange.StartOrigin();
        await exchange.StartOrigin();
        await Eventually.True(
            async () => await exchange.Count("select count(*) from lease where name = 'Relay'", origin: true) == 1, because: "one of them is at work");

        for (var n = 1; n <= 200; n++)
        {
            // The test's own connection is busy with this statement; every other one of the database is cut.
            if (n is 50 or 100)
                await exchange.Count(
                    "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
                    origin: true);
            // Somebody took over, and was never heard of again.
            if (n is 75 or 150)
                await exchange.Count(
                    """
                    with taken as (update lease set owner = gen_random_uuid(), token = token + 1, expires_at = now() where name = 'Relay' returning 1)
                    select count(*) from taken
                    """,
                    origin: true);
            await Eventually.Passes(() => first.Tick($"a-{n % 3}", 1, n));
        }

        await Eventually.True(async () => await exchange.Effects() == 200, TimeSpan.FromSeconds(60));
        for (var s = 0; s < 3; s++)
            (await exchange.AppliedVersions($"a-{s}")).ShouldBeInOrder();
        (await exchange.Parked()).ShouldBe(0);
        (await exchange.Count("select token from lease where name = 'Relay'", origin: true)).ShouldBeGreaterThanOrEqualTo(4);
    }

    [Fact]
    public async Task An_owner_frozen_past_its_lease_cannot_move_the_checkpoint_when_it_wakes()
    {
        await using var exchange = await Exchange.On(servers);
        await exchange.StartReceiver();
        await using var frozen = RelayProcess.Start(exchange);
        await Eventually.True(async () => await exchange.Count("select count(*) from pg_tables where tablename = 'lease'", origin: true) == 1
            && await exchange.Count("select count(*) from lease where name = 'Relay'", origin: true) == 1);
        var second = await exchange.StartOrigin();
        var n = 0;
        while (await exchange.Effects() < 20)
            await second.Tick("a-1", 1, ++n);

        await frozen.Freeze();
        var before = n;
        while (await exchange.Effects() < before + 20)
        {
            n++.ShouldBeLessThan(3000, "the other takes over when the lease has run out");
            await second.Tick("a-1", 1, n);
            await Task.Delay(10);
        }
        await frozen.Wake();
        for (var more = 0; more < 50; more++)
            await second.Tick("a-1", 1, ++n);

        await Eventually.True(async () => await exchange.Effects() == n, TimeSpan.FromSeconds(60));
        (await exchange.AppliedVersions("a-1")).ShouldBe(Enumerable.Range(1, n).Select(v => (long)v));
        (await exchange.Parked()).ShouldBe(0);
    }
}
