using System.Collections.Concurrent;
using System.Diagnostics;
using Hutong.EventStore.Postgres;
using Npgsql;
using static Hutong.EventStore.Tests.Lamps;

namespace Hutong.EventStore.Tests.Reading;

/// <summary>
/// Sixteen writers that commit, dawdle before they commit, and roll back, each with its inbox row first; beside them
/// one that, in every other phase, holds a transaction open in which it has already drawn positions.
/// </summary>
internal sealed class Writers(TestStore db)
{
    private const int Count = 16;
    private static readonly TimeSpan Phase = TimeSpan.FromMilliseconds(600);
    private readonly string[] lamps = [.. Enumerable.Range(0, 40).Select(_ => NewLamp())];
    private int commits;

    /// <summary>Commits per second in the phases with and without a held transaction.</summary>
    public List<double> Held { get; } = [];

    public List<double> Free { get; } = [];

    public ConcurrentBag<Guid> RolledBack { get; } = [];

    public async Task Run(int phases)
    {
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, Count).Select(i => Task.Run(() => Write(new Random(i), stop.Token))).ToArray();
        await Task.Delay(Phase);
        for (var phase = 0; phase < phases; phase++)
        {
            var held = phase % 2 == 1;
            await using var holder = held ? await Hold() : null;
            var (before, clock) = (Volatile.Read(ref commits), Stopwatch.StartNew());
            await Task.Delay(Phase);
            (held ? Held : Free).Add((Volatile.Read(ref commits) - before) / clock.Elapsed.TotalSeconds);
            if (holder is not null)
                await Finish(holder, commit: phase % 4 == 1);
        }
        await stop.CancelAsync();
        await Task.WhenAll(writers);
    }

    private async Task Write(Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var unit = Unit(lamps[random.Next(lamps.Length)], random.Next(1, 4));
            var chance = random.NextDouble();
            if (chance < 0.7)
            {
                await db.Store.Commit(unit, CancellationToken.None);
            }
            else
            {
                await using var transaction = await Begin(unit);
                await Task.Delay(random.Next(0, 15), CancellationToken.None);
                await Finish(transaction, commit: chance < 0.92);
            }
            Interlocked.Increment(ref commits);
        }
    }

    private Task<NpgsqlTransaction> Hold() => Begin(Unit(NewLamp(), 2));

    private static UnitOfWork Unit(string lamp, int events) =>
        UnitOfWork.Append(lamp, Expected.Any, [.. Enumerable.Repeat(On, events)]) with { Inbox = new InboxEntry("writers", Guid.CreateVersion7()) };

    /// <summary>The append function in a transaction that stays open.</summary>
    private async Task<NpgsqlTransaction> Begin(UnitOfWork unit)
    {
        var connection = await db.Database.OpenConnectionAsync();
        var transaction = await connection.BeginTransactionAsync();
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.BatchCommands.Add(new CommitParameters([unit], db.Types, DateTimeOffset.UtcNow).Command());
        await batch.ExecuteNonQueryAsync();
        return transaction;
    }

    private static async Task Finish(NpgsqlTransaction transaction, bool commit)
    {
        var connection = transaction.Connection!;
        if (commit)
            await transaction.CommitAsync();
        else
            await transaction.RollbackAsync();
        await connection.DisposeAsync();
    }
}
