using System.Diagnostics;
using System.Text.Json.Serialization;
using Hutong.EventStore;
using Hutong.RelayHost;
using Hutong.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Hutong.Messaging.Tests;

public sealed class WriterSpecs(Servers servers)
{
    private const int Writers = 16;
    private const int Commits = 60;
    private const int SharedStreams = 6;
    private static readonly TimeSpan Held = TimeSpan.FromSeconds(4);

    /// <summary>A row write whose trigger sleeps or fails: the transaction has drawn its positions by then.</summary>
    private const string SlowRowsSql = """
        create table slow_row (id uuid primary key, sleep_ms int not null, fail boolean not null);
        create function slow_row_write() returns trigger language plpgsql as $$
        begin
            perform pg_sleep(new.sleep_ms / 1000.0);
            if new.fail then raise exception 'rolled back on purpose'; end if;
            return new;
        end $$;
        create trigger slow_row_write before insert on slow_row for each row execute function slow_row_write();
        """;

    private static readonly Table<SlowRow> SlowRows = new("slow_row", SlowJson.Default.SlowRow, "id");

    [Fact]
    public async Task Sixteen_writers_with_delays_held_transactions_and_rollbacks_lose_nothing_and_keep_order()
    {
        await using var exchange = await Exchange.On(servers);
        await exchange.StartReceiver();
        var origin = await exchange.StartOrigin();
        var store = origin.Services.GetRequiredService<IEventStore>();
        await exchange.Source(exchange.OriginDatabase).CreateCommand(SlowRowsSql).ExecuteNonQueryAsync();

        var running = Stopwatch.StartNew();
        var held = Commit(store, "a-held", [new Ticked(1)], Held, fail: false);
        var heldToFail = Commit(store, "a-held-to-fail", [new Ticked(1)], Held, fail: true);
        var slowest = await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Write(store)));
        var others = running.Elapsed;
        await Task.WhenAll(held, heldToFail);

        slowest.Max().ShouldBeLessThan(Held / 2, "a held transaction slows nobody else");
        var published = await Published(exchange);
        await Eventually.True(async () => await exchange.Effects() == published.Values.Sum(v => v.Count), TimeSpan.FromSeconds(60));
        foreach (var (stream, versions) in published)
            (await exchange.AppliedVersions(stream)).ShouldBe(versions, stream);
        (await exchange.Parked()).ShouldBe(0);
        published.ShouldContainKey("a-held");
        published.ShouldNotContainKey("a-held-to-fail");
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{published.Values.Sum(v => v.Count)} published events of {published.Count} streams; {Writers * Commits} commits in {others.TotalSeconds:0.0} s");
    }

    /// <returns>The longest commit, its own delay taken off.</returns>
    private static async Task<TimeSpan> Write(IEventStore store)
    {
        var slowest = TimeSpan.Zero;
        for (var n = 0; n < Commits; n++)
        {
            var stream = $"a-{Random.Shared.Next(SharedStreams)}";
            var events = Enumerable.Range(0, Random.Shared.Next(1, 4))
                .Select(object (i) => Random.Shared.Next(4) == 0 ? new Kept(i) : new Ticked(i)).ToArray();
            var delay = Random.Shared.Next(4) == 0 ? TimeSpan.FromMilliseconds(Random.Shared.Next(30)) : TimeSpan.Zero;
            var watch = Stopwatch.StartNew();
            await Commit(store, stream, events, delay, fail: Random.Shared.Next(10) == 0);
            var took = watch.Elapsed - delay;
            slowest = took > slowest ? took : slowest;
        }
        return slowest;
    }

    private static async Task Commit(IEventStore store, string stream, object[] events, TimeSpan delay, bool fail)
    {
        var unit = UnitOfWork.Append(stream, Expected.Any, events);
        // An inbox row first takes the transaction its number before it has its positions.
        if (Random.Shared.Next(2) == 0)
            unit = unit with { Inbox = new InboxEntry("writer", Guid.CreateVersion7()) };
        if (delay > TimeSpan.Zero || fail)
            unit = unit.With(SlowRows.Upsert(new SlowRow(Guid.CreateVersion7(), (int)delay.TotalMilliseconds, fail)));
        try
        {
            (await store.Commit(unit)).ShouldBeOfType<CommitResult.Committed>();
            fail.ShouldBeFalse();
        }
        catch (PostgresException e) when (fail && e.SqlState == PostgresErrorCodes.RaiseException)
        {
        }
    }

    private static async Task<Dictionary<string, List<long>>> Published(Exchange exchange)
    {
        var published = new Dictionary<string, List<long>>();
        await using var command = exchange.Source(exchange.OriginDatabase).CreateCommand(
            "select stream_id, array_agg(version order by version) from mt_events where type = 'ticked' group by stream_id");
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            published.Add(reader.GetString(0), [.. reader.GetFieldValue<long[]>(1)]);
        return published;
    }
}

internal sealed record SlowRow(Guid Id, int SleepMs, bool Fail);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SlowRow))]
internal sealed partial class SlowJson : JsonSerializerContext;
