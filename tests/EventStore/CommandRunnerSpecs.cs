using Hutong.EventStore.Commands;
using Hutong.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using static Hutong.EventStore.Tests.Lamps;

namespace Hutong.EventStore.Tests;

public sealed class CommandRunnerSpecs(Servers servers) : IAsyncLifetime
{
    private static readonly Fold<int> Switchings = new(0, (count, e) => e is LampSwitched ? count + 1 : count);
    private readonly string lamp = NewLamp();
    private TestStore db = null!;

    public async ValueTask InitializeAsync() => db = await TestStore.Create(servers);

    public ValueTask DisposeAsync() => db.DisposeAsync();

    [Fact]
    public async Task After_a_conflict_a_command_reads_and_decides_again()
    {
        var decisions = 0;
        var outcome = await new CommandRunner(db.Store).Run<int>(async cancellation =>
        {
            var loaded = await db.Store.Load(Switchings, lamp, cancellation: cancellation);
            if (++decisions <= 3)
                await db.Store.Commit(UnitOfWork.Append(lamp, Expected.Any, On), cancellation);
            return new Decision<int>(loaded.State, UnitOfWork.Empty.With(loaded.Append(Off)));
        });

        decisions.ShouldBe(4);
        outcome.Value.ShouldBe(3);
        (await db.Store.ReadStream(lamp)).Version.ShouldBe(4);
    }

    [Fact]
    public async Task A_command_that_meets_a_conflict_every_time_is_refused_after_three_retries()
    {
        var decisions = 0;
        var outcome = await new CommandRunner(db.Store).Run<int>(async cancellation =>
        {
            var loaded = await db.Store.Load(Switchings, lamp, cancellation: cancellation);
            decisions++;
            await db.Store.Commit(UnitOfWork.Append(lamp, Expected.Any, On), cancellation);
            return new Decision<int>(1, UnitOfWork.Empty.With(loaded.Append(Off)));
        });

        decisions.ShouldBe(4);
        outcome.Rejection!.Code.ShouldBe("conflict");
        (await db.Store.ReadStream(lamp)).Events.ShouldAllBe(e => e.Data.Equals(On));
    }

    [Fact]
    public async Task A_taken_claim_is_decided_again_so_that_the_handler_can_say_what_it_means()
    {
        await db.Store.Commit(UnitOfWork.Empty.With(Handles.Claim(new HandleRow("sun", "a"))));
        var outcome = await new CommandRunner(db.Store).Run<int>(async _ =>
            await db.Query<long>("select count(*) from mt_streams where id = $1", lamp) == 0
                && await db.Query<long>("select count(*) from handle where owner = 'seen'") == 0
                ? await Claim()
                : new Rejection("handle_taken"));
        outcome.Rejection!.Code.ShouldBe("handle_taken");

        async Task<Decision<int>> Claim()
        {
            await db.Execute("update handle set owner = 'seen'");
            return new Decision<int>(1, UnitOfWork.Append(lamp, Expected.None, On).With(Handles.Claim(new HandleRow("sun", "b"))));
        }
    }

    [Fact]
    public async Task A_refusal_commits_nothing_and_a_decision_without_work_answers()
    {
        var runner = new CommandRunner(db.Store);
        (await runner.Run<int>(_ => Task.FromResult<Decision<int>>(new Rejection("lamp_broken")))).Rejection!.Code.ShouldBe("lamp_broken");
        (await runner.Run<int>(_ => Task.FromResult(new Decision<int>(7)))).Value.ShouldBe(7);
        (await db.Query<long>("select count(*) from mt_streams")).ShouldBe(0);
    }

    [Fact]
    public async Task Commands_that_race_for_one_stream_all_take_effect_or_say_conflict()
    {
        var runner = new CommandRunner(db.Store);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => runner.Run<int>(async cancellation =>
        {
            var loaded = await db.Store.Load(Switchings, lamp, cancellation: cancellation);
            return new Decision<int>(loaded.State, UnitOfWork.Empty.With(loaded.Append(On)));
        })));

        var done = outcomes.Where(o => o.Succeeded).Select(o => o.Value).ToArray();
        done.Length.ShouldBeGreaterThan(0);
        done.Order().ShouldBe(Enumerable.Range(0, done.Length));
        outcomes.Where(o => !o.Succeeded).ShouldAllBe(o => o.Rejection!.Code == "conflict");
        (await db.Store.ReadStream(lamp)).Version.ShouldBe(done.Length);
    }

    [Fact]
    public async Task Answers_older_than_a_day_are_forgotten_and_those_of_one_caller_when_they_are_to_be()
    {
        await using var insert = db.Database.CreateCommand("""
            insert into idempotency_key (scope, key, request_hash, answer, created_at) values
            ('a', 'old', '', '{}', now() - interval '25 hours'), ('a', 'new', '', '{}', now()), ('b', 'new', '', '{}', now())
            """);
        await insert.ExecuteNonQueryAsync();
        using var old = new OldAnswers(db.Database, db.Ready, TimeProvider.System, NullLogger<OldAnswers>.Instance);

        await old.Delete(CancellationToken.None);
        (await Left()).ShouldBe(["a new", "b new"]);

        await db.Store.Commit(UnitOfWork.Empty.With(IdempotentCommands.Forget("a")));
        (await Left()).ShouldBe(["b new"]);

        async Task<List<string>> Left()
        {
            await using var command = db.Database.CreateCommand("select scope || ' ' || key from idempotency_key order by 1");
            await using var reader = await command.ExecuteReaderAsync();
            var left = new List<string>();
            while (await reader.ReadAsync())
                left.Add(reader.GetString(0));
            return left;
        }
    }
}
