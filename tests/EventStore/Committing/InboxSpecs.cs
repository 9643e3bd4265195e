using Hutong.Testing;
using static Hutong.EventStore.Tests.Lamps;

namespace Hutong.EventStore.Tests.Committing;

public sealed class InboxSpecs(Servers servers) : IAsyncLifetime
{
    private readonly string lamp = NewLamp();
    private TestStore db = null!;

    public async ValueTask InitializeAsync() => db = await TestStore.Create(servers);

    public ValueTask DisposeAsync() => db.DisposeAsync();

    [Fact]
    public async Task A_message_delivered_three_times_takes_effect_once()
    {
        var unit = Effect(new InboxEntry("specs", Guid.NewGuid()));

        (await db.Store.Commit(unit)).ShouldBeOfType<CommitResult.Committed>();
        (await db.Store.Commit(unit)).ShouldBeOfType<CommitResult.AlreadyHandled>();
        (await db.Store.Commit(unit)).ShouldBeOfType<CommitResult.AlreadyHandled>();
        (await db.Store.ReadStream(lamp)).Version.ShouldBe(1);
    }

    [Fact]
    public async Task A_message_delivered_twice_in_one_group_takes_effect_once()
    {
        var unit = Effect(new InboxEntry("specs", Guid.NewGuid()));

        var results = await db.Store.Commit([unit, Effect(new InboxEntry("specs", Guid.NewGuid())), unit, unit]);

        results.Select(r => r.GetType()).ShouldBe(
            [typeof(CommitResult.Committed), typeof(CommitResult.Committed), typeof(CommitResult.AlreadyHandled), typeof(CommitResult.AlreadyHandled)]);
        (await db.Store.ReadStream(lamp)).Version.ShouldBe(2);
    }

    [Fact]
    public async Task A_message_delivered_to_many_instances_at_once_takes_effect_once()
    {
        var unit = Effect(new InboxEntry("specs", Guid.NewGuid(), "lamp", 1, 0));

        var results = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => db.Store.Commit(unit)));

        results.OfType<CommitResult.Committed>().Count().ShouldBe(1);
        results.OfType<CommitResult.AlreadyHandled>().Count().ShouldBe(15);
        (await db.Store.ReadStream(lamp)).Version.ShouldBe(1);
    }

    [Fact]
    public async Task Two_consumers_handle_one_message_each_for_itself()
    {
        var message = Guid.NewGuid();

        (await db.Store.Commit(Effect(new InboxEntry("one", message)))).ShouldBeOfType<CommitResult.Committed>();
        (await db.Store.Commit(Effect(new InboxEntry("two", message)))).ShouldBeOfType<CommitResult.Committed>();
    }

    [Fact]
    public async Task A_message_whose_effect_was_refused_can_be_handled_later()
    {
        var entry = new InboxEntry("specs", Guid.NewGuid(), "lamp", 4, 0);
        var tooEarly = UnitOfWork.Append(lamp, Expected.Exists, On) with { Inbox = entry };

        (await db.Store.Commit(tooEarly)).ShouldBeOfType<CommitResult.Conflict>();
        await db.Store.Commit(UnitOfWork.Append(lamp, Expected.None, Installed));
        (await db.Store.Commit(tooEarly)).ShouldBeOfType<CommitResult.Committed>();
    }

    [Fact]
    public async Task A_message_that_changes_nothing_is_remembered()
    {
        var seen = UnitOfWork.Empty with { Inbox = new InboxEntry("specs", Guid.NewGuid()) };

        (await db.Store.Commit(seen)).ShouldBeOfType<CommitResult.Committed>().Versions.ShouldBeEmpty();
        (await db.Store.Commit(seen)).ShouldBeOfType<CommitResult.AlreadyHandled>();
    }

    [Fact]
    public async Task A_message_out_of_order_is_refused_until_the_missing_one_came()
    {
        var (first, second, third) = (Entry(3, 0), Entry(5, 3), Entry(6, 5));

        (await db.Store.Commit(Effect(first))).ShouldBeOfType<CommitResult.Committed>();
        (await db.Store.Commit(Effect(third))).ShouldBe(new CommitResult.OutOfOrder(3));
        (await db.Store.Commit(Effect(second))).ShouldBeOfType<CommitResult.Committed>();
        (await db.Store.Commit(Effect(third))).ShouldBeOfType<CommitResult.Committed>();
        // Handled before is handled, whatever the order says.
        (await db.Store.Commit(Effect(first))).ShouldBeOfType<CommitResult.AlreadyHandled>();
        (await db.Store.ReadStream(lamp)).Version.ShouldBe(3);
    }

    [Fact]
    public async Task Order_is_kept_within_a_group_and_apart_for_each_key_and_consumer()
    {
        var results = await db.Store.Commit(
        [
            Effect(Entry(1, 0)),
            Effect(Entry(2, 1)),
            Effect(Entry(4, 3)),
            Effect(Entry(1, 0) with { OrderKey = "other" }),
            Effect(Entry(1, 0) with { Consumer = "another" }),
            Effect(Entry(3, 2)),
        ]);

        results[2].ShouldBe(new CommitResult.OutOfOrder(2));
        results.Where((_, i) => i != 2).ShouldAllBe(r => r is CommitResult.Committed);
        (await db.Query<long>("select version from inbox_cursor where consumer = 'specs' and order_key = 'lamp'")).ShouldBe(3);
        (await db.Query<long>("select count(*) from inbox")).ShouldBe(5);
    }

    [Fact]
    public async Task A_first_message_out_of_order_leaves_nothing_behind()
    {
        (await db.Store.Commit(Effect(Entry(2, 1)))).ShouldBe(new CommitResult.OutOfOrder(0));

        (await db.Query<long>("select (select count(*) from inbox) + (select count(*) from inbox_cursor) + (select count(*) from mt_streams)")).ShouldBe(0);
    }

    private static InboxEntry Entry(long version, long previous) => new("specs", Guid.CreateVersion7(), "lamp", version, previous);

    private UnitOfWork Effect(InboxEntry entry) => UnitOfWork.Append(lamp, Expected.Any, On) with { Inbox = entry };
}
