using System.Text.Json.Serialization;
using Hutong.EventStore;

namespace Hutong.IdentityLink.Erasing;

/// <summary>What lies beside a person's stream and tells of them: rows deleted by whose they are, with the commit that erases.</summary>
internal static class RowsOfPerson
{
    private static readonly Table<OfPerson>[] Tables =
        [.. ((string[])["notice", "consent_withdrawal", "recovery_code", "revocation"]).Select(
            table => new Table<OfPerson>(table, OfPersonJson.Default.OfPerson, "person_id"))];

    private static readonly Table<OfAccount> Grants = new("token_grant", OfPersonJson.Default.OfAccount, "account");

    /// <summary>
    /// The write that deletes what was granted through an account, tokens included. Whoever was signed in then may have been
    /// somebody else, of whom the account's owner was part: a grant follows its account.
    /// </summary>
    public static RowWrite DeleteGrants(string account) => Grants.Delete(new(account));

    /// <summary>The writes that delete a person's rows.</summary>
    public static IReadOnlyList<RowWrite> Delete(Guid personId) => [.. Tables.Select(table => table.Delete(new(personId)))];
}

/// <summary>All that deleting needs to know of a row.</summary>
internal sealed record OfPerson(Guid PersonId);

/// <inheritdoc cref="OfPerson"/>
internal sealed record OfAccount(string Account);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(OfPerson))]
[JsonSerializable(typeof(OfAccount))]
internal sealed partial class OfPersonJson : JsonSerializerContext;
