using Hutong.IdentityLink.Storage;
using Npgsql;

namespace Hutong.IdentityLink.Persons;

/// <summary>Reads the subjects that hold, see <see cref="SubjectRows"/>.</summary>
public sealed class KnownSubjects(NpgsqlDataSource database)
{
    private const string FindSql = "select subject from subject where person_id = $1 and sector = $2";

    /// <summary>A person's subject in a sector; null where they have none.</summary>
    public Task<string?> Find(Guid personId, string sector, CancellationToken cancellation) =>
        database.One(FindSql, row => row.GetString(0), cancellation, personId, sector);
}
