using Hutong.EventStore;
using Hutong.RelayHost;
using Hutong.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Hutong.Messaging.Tests;

public sealed class RelaySpecs(Servers servers)
{
    [Fact]
    public async Task A_committed_event_reaches_the_consumer_once_and_in_order()
    {
        await using var exchange = await Exchange.On(servers);
        await exchange.StartReceiver();
        var origin = await exchange.StartOrigin();

        await origin.Tick("a-1", 100);
        await origin.Tick("a-2", 3);

        await Eventually.True(async () => await exchange.Effects() == 103);
        (await exchange.AppliedVersions("a-1")).ShouldBe(Enumerable.Range(1, 100).Select(n => (long)n));
        (await exchange.AppliedVersions("a-2")).ShouldBe([1, 2, 3]);
        (await exchange.Parked()).ShouldBe(0);
    }

    [Fact]
    public async Task Each_family_of_a_stream_has_its_own_order_and_unpublished_events_leave_no_gap()
    {
        await using var exchange = await Exchange.On(servers);
        await exchange.StartReceiver();
        var origin = await exchange.StartOrigin();

        await origin.Services.GetRequiredService<IEventStore>().Commit(UnitOfWork.Append(
            "a-1", Expected.None, new Kept(0), new Ticked(1), new Said(1), new Kept(0), new Said(2), new Kept(0), new Ticked(2)));

        await Eventually.True(async () => await exchange.Effects() == 4);
        (await exchange.AppliedVersions("a-1")).ShouldBe([2, 7]);
        (await exchange.AppliedVersions("a-1", "feed")).ShouldBe([3, 5]);
    }
}
