using Hutong.EventStore.Postgres;
using Hutong.Testing;
using Npgsql;
using static Hutong.EventStore.Tests.Lamps;

namespace Hutong.EventStore.Tests.Committing;

public sealed class RoundTripSpecs(Servers servers)
{
    [Fact]
    public async Task A_commit_is_one_round_trip_and_one_transaction_with_the_lock_taken_first()
    {
        await using var db = await TestStore.Create(servers);
        var direct = new NpgsqlConnectionStringBuilder(db.ConnectionString);
        await using var wire = new Forwarder(direct.Host!, direct.Port);
        await using var database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(db.ConnectionString)
        {
            Host = "127.0.0.1",
            Port = wire.Port,
            MaxPoolSize = 1,
            MaxAutoPrepare = 100,
            AutoPrepareMinUsages = 2,
            NoResetOnClose = true,
        });
        var store = new PostgresEventStore(database, db.Types, TimeProvider.System, db.Signal);

        for (var i = 0; i < 6; i++)
        {
            var before = wire.Syncs;
            var lamp = NewLamp();
            var results = await store.Commit(
            [
                UnitOfWork.Append(lamp, Expected.None, Installed).With(Lights.Upsert(new LightRow(lamp, true)), Handles.Claim(new HandleRow(lamp, lamp)))
                    with { Inbox = new InboxEntry("specs", Guid.NewGuid(), lamp, 1, 0) },
                UnitOfWork.Append(NewLamp(), Expected.None, [.. Enumerable.Repeat(On, 300)]),
            ]);
            results.ShouldAllBe(r => r is CommitResult.Committed);
            // The first commit of the pool also opens its connection.
            if (i > 0)
                (wire.Syncs - before).ShouldBe(1);
        }

        // One transaction: the events, the stream, the inbox and the rows of a commit carry one transaction id.
        (await db.Query<long>("""
            select count(distinct x) from (
                select xmin::text x from mt_events where stream_id = $1 union all select xmin::text from mt_streams where id = $1
                union all select xmin::text from light where lamp_id = $1 union all select xmin::text from handle where name = $1
                union all select xmin::text from inbox_cursor where order_key = $1) t
            """, await db.Query<string>("select max(lamp_id) from light"))).ShouldBe(1);
    }

    [Fact]
    public async Task The_append_lock_is_held_before_a_commit_waits_for_anything()
    {
        await using var db = await TestStore.Create(servers);
        var (lamp, entry) = (NewLamp(), new InboxEntry("specs", Guid.NewGuid()));
        await using var connection = await db.Database.OpenConnectionAsync();
        await using var blocker = await connection.BeginTransactionAsync();
        await using (var insert = new NpgsqlCommand("insert into inbox (consumer, message_id) values ('specs', $1)", connection, blocker))
        {
            insert.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = entry.MessageId });
            await insert.ExecuteNonQueryAsync();
        }

        // Stands at the inbox row, the first thing it can stand at, and the lock is already its own.
        var commit = db.Store.Commit(UnitOfWork.Append(lamp, Expected.None, On) with { Inbox = entry });
        await Eventually.True(async () => await db.Query<long>("select count(*) from pg_locks where not granted and locktype = 'transactionid'") > 0);
        (await db.Query<long>("""
            select count(*) from pg_locks where locktype = 'advisory' and granted and mode = 'ShareLock'
              and database = (select oid from pg_database where datname = current_database())
            """)).ShouldBe(1);
        (await db.Query<bool>("select is_called from mt_events_sequence")).ShouldBeFalse();

        await blocker.RollbackAsync();
        (await commit).ShouldBeOfType<CommitResult.Committed>();
    }
}
