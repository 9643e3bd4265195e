using Npgsql;

namespace Hutong.EventStore.Reading;

/// <summary>
/// Elects one owner among instances for a named job. The token grows with every change of owner; a checkpoint is
/// moved only under the token it was taken with, so an owner that was paused past its lease cannot move it.
/// </summary>
/// <param name="database">The database of the lease and the checkpoint.</param>
/// <param name="name">The job's name.</param>
/// <param name="duration">How long the owner may be silent; <see cref="Duration"/> when null.</param>
public sealed class Lease(NpgsqlDataSource database, string name, TimeSpan? duration = null)
{
    /// <summary>How long an owner may be silent before another takes over. A batch of work must be shorter.</summary>
    public static readonly TimeSpan Duration = TimeSpan.FromSeconds(10);

    // One statement takes a free or expired lease, or prolongs our own, and answers the token; no row means another owns it.
    private const string AcquireSql = """
        insert into lease as l (name, owner, token, expires_at) values ($1, $2, 1, now() + $3)
        on conflict (name) do update
            set owner = excluded.owner,
                token = case when l.owner = excluded.owner then l.token else l.token + 1 end,
                expires_at = excluded.expires_at
            where l.owner = excluded.owner or l.expires_at < now()
        returning token
        """;

    private const string ReleaseSql = "update lease set expires_at = '-infinity' where name = $1 and owner = $2";

    private const string CheckpointSql = "select coalesce((select last_seq_id from mt_event_progression where name = $1), 0)";

    // Compare-and-set: holds only while the lease's token is ours and nobody moved the checkpoint since it was read.
    // A checkpoint that is gone was dropped for a rebuild: only a first batch, from 0, may make it anew.
    private const string AdvanceSql = """
        insert into mt_event_progression as p (name, last_seq_id, last_updated)
        select $1, $2, now() from lease l
        where l.name = $4 and l.token = $5 and ($3 = 0 or exists (select from mt_event_progression where name = $1))
        for update of l
        on conflict (name) do update set last_seq_id = excluded.last_seq_id, last_updated = excluded.last_updated
            where p.last_seq_id = $3
        """;

    private const string FenceSql = "update lease set token = token + 1, expires_at = '-infinity' where name = $1";

    private const string ForgetSql = "delete from mt_event_progression where name = $1";

    private readonly Guid owner = Guid.CreateVersion7();

    /// <summary>The job's name, and of its row in <c>mt_event_progression</c> (<c>{name}:All</c>, as Marten names a shard).</summary>
    public string Name { get; } = name;

    /// <summary>Takes or prolongs the lease. Null while another instance owns it.</summary>
    public async Task<long?> Acquire(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(AcquireSql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Name });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = owner });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = duration ?? Duration });
        return (long?)await command.ExecuteScalarAsync(cancellation);
    }

    /// <summary>Gives the lease up, so that another instance need not wait for it to expire.</summary>
    public async Task Release()
    {
        await using var command = database.CreateCommand(ReleaseSql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Name });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = owner });
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The position up to which the job is done; 0 before its first batch.</summary>
    public async Task<long> Checkpoint(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(CheckpointSql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"{Name}:All" });
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>
    /// Moves the checkpoint within the caller's transaction. False when the lease was lost or the checkpoint moved:
    /// roll back, and begin again by acquiring the lease.
    /// </summary>
    public async Task<bool> Advance(NpgsqlConnection connection, long from, long to, long token, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(AdvanceSql, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"{Name}:All" });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = to });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = from });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Name });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = token });
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    /// <summary>
    /// Drops the job's checkpoint within the caller's transaction and shuts out its present owner, whoever that is:
    /// the job begins again at 0. What the job wrote must be cleared in the same transaction, after this.
    /// </summary>
    public static async Task Restart(NpgsqlConnection connection, string name, CancellationToken cancellation)
    {
        await using var fence = new NpgsqlCommand(FenceSql, connection);
        fence.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
        await fence.ExecuteNonQueryAsync(cancellation);
        await using var forget = new NpgsqlCommand(ForgetSql, connection);
        forget.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"{name}:All" });
        await forget.ExecuteNonQueryAsync(cancellation);
    }
}
