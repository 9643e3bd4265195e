using System.Diagnostics;
using System.Globalization;
using Hutong.EventStore;
using Hutong.Messaging.Publishing;
using Hutong.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Hutong.Benchmarks.Exchange;

/// <summary>From the log to the broker, and from the broker to the inbox, beside the broker's own client.</summary>
internal static class ExchangeCases
{
    private const int Messages = 2000;
    private const int Streams = 200;

    /// <summary>Stored events published with confirms and checkpointed; the log is filled before the clock starts.</summary>
    public static async Task Relay(Servers servers)
    {
        var broker = await servers.NewVhost();
        using var sender = Services.Sender(await servers.NewDatabase(), broker);
        await sender.StartAsync();
        await Ready(sender);
        await using var raw = await RawBroker.Connect(broker);
        await Publish(sender);
        await raw.TakePattern();

        await Comparison.Of("relay 2,000 events of 200 streams",
            new Contender("relay", async _ =>
            {
                await raw.Purge();
                return await Publish(sender);
            }),
            new Contender("publish with confirms", async _ =>
            {
                await raw.Purge();
                return await raw.Publish(Messages);
            }));
        await sender.StopAsync();
    }

    /// <summary>
    /// Messages consumed into the inbox, in order by key. The queue is filled before a receiver starts, and the clock
    /// runs from its first message to the last: starting a host is not what is measured.
    /// </summary>
    public static async Task Consume(Servers servers)
    {
        var broker = await servers.NewVhost();
        var inbox = await servers.NewDatabase();
        using var sender = Services.Sender(await servers.NewDatabase(), broker);
        await sender.StartAsync();
        await Ready(sender);
        await using var raw = await RawBroker.Connect(broker);
        await Publish(sender);
        await raw.TakePattern();

        long handled = 0;
        await Comparison.Of("consume 2,000 messages of 200 keys",
            new Contender("inbox", async _ =>
            {
                await raw.Purge();
                await Publish(sender);
                using var receiver = Services.Receiver(inbox, broker);
                await receiver.StartAsync();
                await Ready(receiver);
                long first;
                while ((first = await Handled(receiver)) == handled)
                    await Task.Delay(1);
                var clock = Stopwatch.StartNew();
                while (await Handled(receiver) < handled + Messages)
                    await Task.Delay(5);
                var done = new Done(handled + Messages - first, clock.Elapsed);
                handled = await Handled(receiver);
                await receiver.StopAsync();
                return done;
            }),
            new Contender("consume with acks", async _ =>
            {
                await raw.Purge();
                await raw.Publish(Messages);
                return await raw.Consume(Messages);
            }));
        await sender.StopAsync();
    }

    /// <summary>Fills the log while the relay stands still, then lets it run to the end.</summary>
    private static async Task<Done> Publish(IHost sender)
    {
        var relay = sender.Services.GetServices<IHostedService>().OfType<Relay>().Single();
        await relay.StopAsync(CancellationToken.None);
        var units = Enumerable.Range(0, Streams).Select(_ => UnitOfWork.Append(
            $"card-{Guid.CreateVersion7()}",
            Expected.None,
            [.. Enumerable.Range(0, Messages / Streams).Select(_ => new Clicked(Guid.CreateVersion7(), Guid.CreateVersion7(), "sku-1", Guid.CreateVersion7()))]));
        await sender.Services.GetRequiredService<IEventStore>().Commit([.. units]);
        var last = await Number(sender, "select max(seq_id) from mt_events");

        var clock = Stopwatch.StartNew();
        await relay.StartAsync(CancellationToken.None);
        while (await Number(sender, "select coalesce(max(last_seq_id), 0) from mt_event_progression where name = 'Relay:All'") < last)
            await Task.Delay(5);
        return new Done(Messages, clock.Elapsed);
    }

    private static Task Ready(IHost host) => host.Services.GetRequiredService<SchemaReady>().Wait(CancellationToken.None);

    private static Task<long> Handled(IHost receiver) => Number(receiver, "select count(*) from inbox");

    private static async Task<long> Number(IHost host, string sql)
    {
        await using var command = host.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }
}
