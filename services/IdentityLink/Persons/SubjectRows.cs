using System.Text.Json.Serialization;
using Hutong.EventStore;

namespace Hutong.IdentityLink.Persons;

/// <summary>
/// The read model of the subjects that hold: a row per person and sector. A token holds only while the <c>sub</c> it
/// speaks of has its row, see the view <c>live_grant</c>.
/// </summary>
internal static class SubjectRows
{
    private static readonly Table<SubjectRow> Table = new("subject", SubjectJson.Default.SubjectRow, "person_id", "sector");

    /// <summary>What becomes of a person's rows by a change of the person.</summary>
    public static IReadOnlyList<RowWrite> Difference(Person before, Person after)
    {
        var (old, now) = (before.Subjects, after.Subjects);
        return
        [
            .. old.Where(row => now.GetValueOrDefault(row.Key) != row.Value).Select(row => Table.Delete(new(before.Id, row.Key, row.Value))),
            .. now.Where(row => old.GetValueOrDefault(row.Key) != row.Value).Select(row => Table.Claim(new(after.Id, row.Key, row.Value))),
        ];
    }
}

internal sealed record SubjectRow(Guid PersonId, string Sector, string Subject);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SubjectRow))]
internal sealed partial class SubjectJson : JsonSerializerContext;
