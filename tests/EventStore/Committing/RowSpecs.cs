using Hutong.Testing;
using static Hutong.EventStore.Tests.Lamps;

namespace Hutong.EventStore.Tests.Committing;

public sealed class RowSpecs(Servers servers) : IAsyncLifetime
{
    private readonly string lamp = NewLamp();
    private TestStore db = null!;

    public async ValueTask InitializeAsync() => db = await TestStore.Create(servers);

    public ValueTask DisposeAsync() => db.DisposeAsync();

    [Fact]
    public async Task A_row_is_written_with_its_events_and_replaced_by_its_key()
    {
        await Commit(Lights.Upsert(new LightRow(lamp, true, Order: 3, Kind: "led")));
        (await Light()).ShouldBe("true 3 led");

        await Commit(Lights.Upsert(new LightRow(lamp, false, Order: 4)));
        (await Light()).ShouldBe("false 4 -");
    }

    [Fact]
    public async Task Columns_that_the_row_does_not_name_keep_their_default_and_their_value()
    {
        await Commit(Lights.Upsert(new LightRow(lamp, true)));
        (await db.Query<int>("select changes from light")).ShouldBe(0);
        await db.Execute("update light set changes = 7");
        await Commit(Lights.Upsert(new LightRow(lamp, false)));
        (await db.Query<int>("select changes from light")).ShouldBe(7);
    }

    [Fact]
    public async Task Of_several_writes_of_one_key_in_one_commit_the_last_wins()
    {
        await db.Store.Commit(
        [
            Unit(Lights.Upsert(new LightRow(lamp, true, 1))),
            Unit(Lights.Upsert(new LightRow(lamp, true, 2)), Lights.Upsert(new LightRow(lamp, false, 3))),
        ]);
        (await Light()).ShouldBe("false 3 -");

        await db.Store.Commit([Unit(Lights.Upsert(new LightRow(lamp, true, 4))), Unit(Lights.Delete(new LightRow(lamp, true)))]);
        (await Light()).ShouldBeNull();

        await Commit(Lights.Upsert(new LightRow(lamp, true, 5)));
        await db.Store.Commit([Unit(Lights.Delete(new LightRow(lamp, true))), Unit(Lights.Upsert(new LightRow(lamp, false, 6)))]);
        (await Light()).ShouldBe("false 6 -");
    }

    [Fact]
    public async Task Rows_of_a_refused_unit_are_not_written_and_those_of_its_neighbours_are()
    {
        var other = NewLamp();
        await db.Store.Commit(
        [
            Unit(Lights.Upsert(new LightRow(lamp, true, 1))),
            UnitOfWork.Append(other, Expected.Exactly(9), On).With(Lights.Upsert(new LightRow(lamp, false, 2)), Lights.Upsert(new LightRow(other, true))),
        ]);
        (await Light()).ShouldBe("true 1 -");
        (await db.Query<long>("select count(*) from light")).ShouldBe(1);
    }

    [Fact]
    public async Task A_claim_is_granted_once_and_refused_with_the_constraints_name()
    {
        (await Commit(Handles.Claim(new HandleRow("sun", "a")))).ShouldBeOfType<CommitResult.Committed>();
        (await Commit(Handles.Claim(new HandleRow("sun", "b")))).ShouldBe(new CommitResult.ClaimTaken("handle_pkey"));
        (await Commit(Handles.Claim(new HandleRow("moon", "a")))).ShouldBe(new CommitResult.ClaimTaken("handle_owner_key"));
        (await db.Store.ReadStream(lamp)).Version.ShouldBe(1);
    }

    [Fact]
    public async Task Of_many_who_claim_at_once_exactly_one_gets_it()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => db.Store.Commit(
            UnitOfWork.Append(NewLamp(), Expected.None, Installed).With(Handles.Claim(new HandleRow("sun", $"{i}"))))));

        results.OfType<CommitResult.Committed>().Count().ShouldBe(1);
        results.OfType<CommitResult.ClaimTaken>().Count().ShouldBe(23);
        (await db.Query<long>("select count(*) from mt_streams")).ShouldBe(1);
    }

    [Fact]
    public async Task Two_claims_of_one_value_in_one_group_collide_and_their_neighbours_do_not()
    {
        var results = await db.Store.Commit(
        [
            Unit(Handles.Claim(new HandleRow("sun", "a"))),
            Unit(Handles.Claim(new HandleRow("moon", "b"))),
            Unit(Handles.Claim(new HandleRow("sun", "c"))),
            Unit(Lights.Upsert(new LightRow(lamp, true, 1))),
        ]);

        results[2].ShouldBe(new CommitResult.ClaimTaken("handle_pkey"));
        results.Where((_, i) => i != 2).ShouldAllBe(r => r is CommitResult.Committed);
        (await db.Store.ReadStream(lamp)).Version.ShouldBe(3);
        (await db.Query<string>("select string_agg(name, ' ' order by name) from handle")).ShouldBe("moon sun");
    }

    [Fact]
    public async Task A_freed_claim_can_be_taken_again_in_the_same_commit()
    {
        await Commit(Handles.Claim(new HandleRow("sun", "a")));

        (await Commit(Handles.Delete(new HandleRow("sun", "")), Handles.Claim(new HandleRow("sun", "b")))).ShouldBeOfType<CommitResult.Committed>();
        var results = await db.Store.Commit([Unit(Handles.Delete(new HandleRow("sun", ""))), Unit(Handles.Claim(new HandleRow("sun", "c")))]);

        results.ShouldAllBe(r => r is CommitResult.Committed);
        (await db.Query<string>("select owner from handle")).ShouldBe("c");
    }

    [Fact]
    public async Task A_claim_is_refused_even_if_a_later_unit_of_the_group_frees_or_replaces_it()
    {
        await Commit(Handles.Claim(new HandleRow("sun", "a")));

        var freed = await db.Store.Commit([Unit(Handles.Claim(new HandleRow("sun", "b"))), Unit(Handles.Delete(new HandleRow("sun", "")))]);
        freed[0].ShouldBe(new CommitResult.ClaimTaken("handle_pkey"));
        freed[1].ShouldBeOfType<CommitResult.Committed>();

        await Commit(Handles.Claim(new HandleRow("sun", "a")));
        var replaced = await db.Store.Commit([Unit(Handles.Claim(new HandleRow("sun", "b"))), Unit(Handles.Upsert(new HandleRow("sun", "c")))]);
        replaced[0].ShouldBe(new CommitResult.ClaimTaken("handle_pkey"));
        (await db.Query<string>("select owner from handle")).ShouldBe("c");
    }

    private UnitOfWork Unit(params RowWrite[] rows) => UnitOfWork.Append(lamp, Expected.Any, On).With(rows);

    private Task<CommitResult> Commit(params RowWrite[] rows) => db.Store.Commit(Unit(rows));

    private async Task<string?> Light() =>
        await db.Query<string>("""select (select concat_ws(' ', is_on::text, coalesce("order"::text, '-'), coalesce(kind, '-')) from light where lamp_id = $1)""", lamp);
}
