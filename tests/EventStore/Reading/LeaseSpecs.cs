using Hutong.EventStore.Reading;
using Hutong.Testing;
using Npgsql;

namespace Hutong.EventStore.Tests.Reading;

public sealed class LeaseSpecs(Servers servers) : IAsyncLifetime
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(800);
    private TestStore db = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => db = await TestStore.Create(servers);

    public ValueTask DisposeAsync() => db.DisposeAsync();

    [Fact]
    public async Task Of_two_instances_one_owns_the_lease_and_keeps_its_token()
    {
        var (one, two) = (new Lease(db.Database, "job"), new Lease(db.Database, "job"));
        (await one.Acquire(Cancellation)).ShouldBe(1);
        (await two.Acquire(Cancellation)).ShouldBeNull();
        (await one.Acquire(Cancellation)).ShouldBe(1);
    }

    [Fact]
    public async Task Of_many_that_ask_at_once_one_gets_it()
    {
        var tokens = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => new Lease(db.Database, "job").Acquire(Cancellation)));
        tokens.Count(t => t is not null).ShouldBe(1);
    }

    [Fact]
    public async Task A_released_lease_is_free_at_once_and_its_token_grows()
    {
        var (one, two) = (new Lease(db.Database, "job"), new Lease(db.Database, "job"));
        await one.Acquire(Cancellation);
        await one.Release();
        (await two.Acquire(Cancellation)).ShouldBe(2);
        (await one.Acquire(Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task A_lease_that_was_not_prolonged_passes_on_and_its_old_owner_cannot_move_the_checkpoint()
    {
        var (one, two) = (new Lease(db.Database, "job", Short), new Lease(db.Database, "job", Short));
        var stale = (await one.Acquire(Cancellation))!.Value;
        (await Advance(one, 0, 10, stale)).ShouldBeTrue();

        long? token = null;
        await Eventually.True(async () => (token = await two.Acquire(Cancellation)) is not null);
        token.ShouldBe(stale + 1);
        (await Advance(one, 10, 20, stale)).ShouldBeFalse();
        (await two.Checkpoint(Cancellation)).ShouldBe(10);
        (await Advance(two, 10, 20, token!.Value)).ShouldBeTrue();
        (await two.Checkpoint(Cancellation)).ShouldBe(20);
    }

    [Fact]
    public async Task The_checkpoint_moves_only_from_where_it_is()
    {
        var lease = new Lease(db.Database, "job");
        var token = (await lease.Acquire(Cancellation))!.Value;
        (await lease.Checkpoint(Cancellation)).ShouldBe(0);
        (await Advance(lease, 5, 10, token)).ShouldBeFalse();
        (await Advance(lease, 0, 10, token)).ShouldBeTrue();
        (await Advance(lease, 0, 20, token)).ShouldBeFalse();
        (await Advance(lease, 10, 20, token)).ShouldBeTrue();
        (await lease.Checkpoint(Cancellation)).ShouldBe(20);
        (await db.Query<string>("select name from mt_event_progression")).ShouldBe("job:All");
    }

    [Fact]
    public async Task A_restart_shuts_the_owner_out_and_begins_at_zero()
    {
        var lease = new Lease(db.Database, "job");
        var token = (await lease.Acquire(Cancellation))!.Value;
        await Advance(lease, 0, 10, token);
        await using (var connection = await db.Database.OpenConnectionAsync(Cancellation))
            await Lease.Restart(connection, "job", Cancellation);

        (await Advance(lease, 10, 20, token)).ShouldBeFalse();
        (await lease.Checkpoint(Cancellation)).ShouldBe(0);
        var next = (await lease.Acquire(Cancellation))!.Value;
        next.ShouldBe(token + 1);
        (await Advance(lease, 10, 20, next)).ShouldBeFalse();
        (await Advance(lease, 0, 20, next)).ShouldBeTrue();
    }

    [Fact]
    public async Task When_the_owners_connection_is_cut_another_takes_over()
    {
        var direct = new NpgsqlConnectionStringBuilder(db.ConnectionString);
        await using var wire = new Forwarder(direct.Host!, direct.Port);
        await using var cut = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(db.ConnectionString) { Host = "127.0.0.1", Port = wire.Port, Timeout = 2 });
        var (one, two) = (new Lease(cut, "job", Short), new Lease(db.Database, "job", Short));
        var stale = (await one.Acquire(Cancellation))!.Value;
        (await two.Acquire(Cancellation)).ShouldBeNull();

        wire.Cut();
        await Should.ThrowAsync<NpgsqlException>(() => one.Acquire(Cancellation));
        await Eventually.True(async () => await two.Acquire(Cancellation) == stale + 1);

        wire.Mend();
        (await Advance(one, 0, 10, stale)).ShouldBeFalse();
        (await one.Acquire(Cancellation)).ShouldBeNull();
    }

    private async Task<bool> Advance(Lease lease, long from, long to, long token)
    {
        await using var connection = await db.Database.OpenConnectionAsync(Cancellation);
        return await lease.Advance(connection, from, to, token, Cancellation);
    }
}
