using System.Text.Json.Serialization;
using Hutong.EventStore;

namespace Hutong.IdentityLink.Erasing;

/// <summary>What lies beside a person's stream and tells of them: rows deleted by whose they are, with the commit that erases.</summary>
internal static class RowsOfPerson
{
    // The tokens of a grant go with it.
    private static readonly Table<OfPerson>[] Tables =
        [.. ((string[])["notice", "consent_withdrawal", "token_grant", "recovery_code", "revocation"]).Select(
            table => new Table<OfPerson>(table, OfPersonJson.Default.OfPerson, "person_id"))];

    /// <summary>The writes that delete a person's rows.</summary>
    public static IReadOnlyList<RowWrite> Delete(Guid personId) => [.. Tables.Select(table => table.Delete(new(personId)))];
}

/// <summary>All that deleting needs to know of a row.</summary>
internal sealed record OfPerson(Guid PersonId);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(OfPerson))]
internal sealed partial class OfPersonJson : JsonSerializerContext;
