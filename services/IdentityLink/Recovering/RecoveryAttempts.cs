using Hutong.IdentityLink.Storage;
using Npgsql;

namespace Hutong.IdentityLink.Recovering;

/// <summary>Browsers that may link a new way in to somebody, for a while. It signs nobody in: only what is linked does.</summary>
public sealed class RecoveryAttempts(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>Long enough to sign in at a platform by hand; looking at it once more begins it anew.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private const string BeginSql = """
        insert into recovery_attempt (browser_hash, person_id, code_id, expires_at) values ($1, $2, $3, $4)
        on conflict (browser_hash) do update
        set person_id = excluded.person_id, code_id = excluded.code_id, expires_at = excluded.expires_at
        """;

    private const string FindSql = """
        update recovery_attempt set expires_at = $3 where browser_hash = $1 and expires_at > $2 returning person_id, code_id
        """;

    private const string EndInSql = "delete from recovery_attempt where browser_hash = $1";

    private const string EndSql = "delete from recovery_attempt where person_id = $1";

    /// <summary>Begins one, in the place of another that the browser had under way.</summary>
    public Task Begin(byte[] browserHash, Recovery recovery, CancellationToken cancellation) =>
        database.Run(BeginSql, cancellation, browserHash, recovery.PersonId, recovery.CodeId, time.GetUtcNow() + Lifetime);

    /// <summary>What a browser may do; null for nothing.</summary>
    public Task<Recovery?> Find(byte[] browserHash, CancellationToken cancellation) =>
        database.One(
            FindSql, row => new Recovery(row.GetGuid(0), row.IsDBNull(1) ? null : row.GetGuid(1)),
            cancellation, browserHash, time.GetUtcNow(), time.GetUtcNow() + Lifetime);

    /// <summary>Ends the one that a browser has under way.</summary>
    public Task EndIn(byte[] browserHash, CancellationToken cancellation) => database.Run(EndInSql, cancellation, browserHash);

    /// <summary>Ends all that are under way for a person, whoever began them.</summary>
    public Task End(Guid personId, CancellationToken cancellation) => database.Run(EndSql, cancellation, personId);
}
