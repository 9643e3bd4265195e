using Hutong.IdentityLink.Storage;
using Npgsql;

namespace Hutong.IdentityLink.Revoking;

/// <summary>How far a revocation has come; not whom it is about. That holds no more in any case.</summary>
/// <param name="RevocationId">Names it.</param>
/// <param name="From">The window's begin, UTC.</param>
/// <param name="To">Its end, UTC.</param>
/// <param name="SessionsEnded">Sessions whose rows are gone.</param>
/// <param name="GrantsEnded">Grants that are marked as revoked.</param>
/// <param name="ClientsToTell">Logout tokens still to be delivered.</param>
/// <param name="CompletedAt">When nothing was left to end, UTC; null while something is.</param>
public sealed record RevocationProgress(
    Guid RevocationId, DateTimeOffset From, DateTimeOffset To, long SessionsEnded, long GrantsEnded, long ClientsToTell,
    DateTimeOffset? CompletedAt);

/// <summary>The revocations.</summary>
public sealed class Revocations(NpgsqlDataSource database)
{
    private const string FindSql = """
        select window_from, window_to, sessions_ended, grants_ended,
               (select count(*) from logout_delivery d where d.revocation_id = r.id), completed_at
        from revocation r where id = $1
        """;

    /// <summary>How far a revocation has come; null for an unknown one.</summary>
    public Task<RevocationProgress?> Find(Guid id, CancellationToken cancellation) => database.One(
        FindSql,
        row => new RevocationProgress(
            id, row.Time(0), row.Time(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.IsDBNull(5) ? null : row.Time(5)),
        cancellation, id);
}
