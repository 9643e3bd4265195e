using Npgsql;

namespace Hutong.EventStore.Reading;

/// <summary>
/// Elects one owner among instances for a named job. The token grows with every change of owner; a checkpoint is
/// moved only under the token it was taken with, so an owner that was paused past its lease cannot move it.
/// </summary>
public sealed class Lease(NpgsqlDataSource database, string name)
{
    /// <summary>How long the owner may be silent before another takes over. A batch of work must be shorter.</summary>
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
    private const string AdvanceSql = """
        insert into mt_event_progression as p (name, last_seq_id, last_updated)
        select $1, $2, now() from lease where name = $4 and token = $5 for update
        on conflict (name) do update set last_seq_id = excluded.last_seq_id, last_updated = excluded.last_updated
            where p.last_seq_id = $3
        """;

    private readonly Guid owner = Guid.CreateVersion7();

    /// <summary>The job's name, and of its row in <c>mt_event_progression</c> (<c>{name}:All</c>, as Marten names a shard).</summary>
    public string Name { get; } = name;

    /// <summary>Takes or prolongs the lease. Null while another instance owns it.</summary>
    public async Task<long?> Acquire(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(AcquireSql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Name });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = owner });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = Duration });
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
}
