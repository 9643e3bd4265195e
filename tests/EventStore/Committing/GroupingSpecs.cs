using System.Diagnostics;
using Hutong.EventStore.Postgres;
using Hutong.Testing;
using Npgsql;
using static Hutong.EventStore.Tests.Lamps;

namespace Hutong.EventStore.Tests.Committing;

public sealed class GroupingSpecs(Servers servers) : IAsyncLifetime
{
    private readonly string lamp = NewLamp();
    private TestStore db = null!;
    private GroupingEventStore store = null!;

    public async ValueTask InitializeAsync()
    {
        db = await TestStore.Create(servers);
        store = new GroupingEventStore((PostgresEventStore)db.Store);
    }

    public ValueTask DisposeAsync() => db.DisposeAsync();

    [Fact]
    public async Task Commits_of_the_same_time_share_transactions_and_each_gets_its_own_answer()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => store.Commit(
            UnitOfWork.Append(i % 10 == 0 ? lamp : $"{lamp}-{i}", Expected.None, Installed))));

        results.Where((_, i) => i % 10 != 0).ShouldAllBe(r => r is CommitResult.Committed);
        results.Where((_, i) => i % 10 == 0).OfType<CommitResult.Committed>().Count().ShouldBe(1);
        results.Where((_, i) => i % 10 == 0).OfType<CommitResult.Conflict>().Count().ShouldBe(19);
        (await db.Query<long>("select count(distinct xmin::text) from mt_events")).ShouldBeLessThan(100);
        (await db.Query<long>("select last_value from mt_events_sequence")).ShouldBe(181);
    }

    [Fact]
    public async Task A_claim_that_is_taken_and_a_faulty_unit_fail_only_their_own_callers()
    {
        var commits = Enumerable.Range(0, 90).Select(i => store.Commit((i % 9) switch
        {
            0 => Unit(i).With(Handles.Claim(new HandleRow("sun", $"{i}"))),
            1 => Unit(i).With(Lights.Upsert(new LightRow(null!, true))),
            2 => UnitOfWork.Append($"{lamp}-{i}", Expected.None, "not an event"),
            _ => Unit(i).With(Lights.Upsert(new LightRow($"{lamp}-{i}", true))),
        })).ToArray();
        await ((Task)Task.WhenAll(commits)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

        for (var i = 0; i < commits.Length; i++)
        {
            switch (i % 9)
            {
                case 0:
                    break;
                case 1:
                    commits[i].Exception!.InnerException.ShouldBeOfType<PostgresException>();
                    break;
                case 2:
                    commits[i].Exception!.InnerException.ShouldBeOfType<UnregisteredEventException>();
                    break;
                default:
                    (await commits[i]).ShouldBeOfType<CommitResult.Committed>();
                    break;
            }
        }
        var claims = commits.Where((_, i) => i % 9 == 0).Select(c => c.Result).ToArray();
        claims.OfType<CommitResult.Committed>().Count().ShouldBe(1);
        claims.OfType<CommitResult.ClaimTaken>().Count().ShouldBe(9);
    }

    [Fact]
    public async Task Units_that_stand_at_a_locked_stream_do_not_hold_the_others_up()
    {
        await store.Commit(UnitOfWork.Append(lamp, Expected.None, Installed));
        await using var connection = await db.Database.OpenConnectionAsync();
        await using var holder = await connection.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand("select 1 from mt_streams where id = $1 for update", connection, holder))
        {
            hold.Parameters.Add(new NpgsqlParameter<string> { TypedValue = lamp });
            await hold.ExecuteScalarAsync();
        }

        var standing = Enumerable.Range(0, 8).Select(_ => store.Commit(UnitOfWork.Append(lamp, Expected.Any, On))).ToArray();
        var clock = Stopwatch.StartNew();
        for (var round = 0; round < 5; round++)
        {
            var others = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => store.Commit(UnitOfWork.Append(NewLamp(), Expected.None, On))));
            others.ShouldAllBe(r => r is CommitResult.Committed);
        }
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));
        standing.ShouldAllBe(c => !c.IsCompleted);

        await holder.RollbackAsync();
        (await Task.WhenAll(standing)).ShouldAllBe(r => r is CommitResult.Committed);
        (await store.ReadStream(lamp)).Version.ShouldBe(9);
    }

    [Fact]
    public async Task A_caller_that_gives_up_while_it_waits_for_its_turn_leaves_nothing_behind()
    {
        await using var connection = await db.Database.OpenConnectionAsync();
        await using var holder = await connection.BeginTransactionAsync();
        // Every commit stands at the table for a moment: both places are taken.
        await using (var hold = new NpgsqlCommand("lock table mt_streams in share mode", connection, holder))
            await hold.ExecuteNonQueryAsync();
        using var giveUp = new CancellationTokenSource();
        var first = Enumerable.Range(0, 2).Select(i => store.Commit(Unit(i))).ToArray();
        var waiting = store.Commit(Unit(7), giveUp.Token);
        await giveUp.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => waiting);

        await holder.RollbackAsync();
        (await Task.WhenAll(first)).ShouldAllBe(r => r is CommitResult.Committed);
        (await store.ReadStream($"{lamp}-7")).Version.ShouldBe(0);
    }

    [Fact]
    public async Task Each_event_carries_the_trace_of_its_own_caller()
    {
        using var source = new ActivitySource("grouping specs");
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name is "grouping specs" or EventStoreTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
        };
        ActivitySource.AddActivityListener(listener);

        await Task.WhenAll(Enumerable.Range(0, 40).Select(async i =>
        {
            Activity.Current = null;
            using var request = i % 2 == 0 ? source.StartActivity("request") : null;
            await store.Commit(Unit(i));
            var stored = (await store.ReadStream($"{lamp}-{i}")).Events.Single().Headers.TraceParent;
            (stored is null ? null : ActivityContext.Parse(stored, null).TraceId.ToString()).ShouldBe(request?.TraceId.ToString());
        }));
    }

    private UnitOfWork Unit(int i) => UnitOfWork.Append($"{lamp}-{i}", Expected.None, On);
}
