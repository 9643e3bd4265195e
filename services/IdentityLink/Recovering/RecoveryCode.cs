using System.Security.Cryptography;
using System.Text.Json.Serialization;
using Hutong.EventStore;
using Hutong.IdentityLink.Storage;
using Npgsql;

namespace Hutong.IdentityLink.Recovering;

/// <summary>
/// What a person writes down for the day on which no way in is open: 130 random bits, in five-bit letters that cannot be
/// taken for each other (Crockford's base 32).
/// </summary>
public static class RecoveryCode
{
    private const string Letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int Length = 26;
    private const int GroupLength = 5;

    /// <summary>A new code, in groups as it is written down.</summary>
    public static string New() =>
        string.Join('-', RandomNumberGenerator.GetString(Letters, Length).Chunk(GroupLength).Select(group => new string(group)));

    /// <summary>
    /// What is stored of a code, in hex; null where it cannot be one. Groups, lower case, and letters that people read for
    /// others do not matter.
    /// </summary>
    public static string? HashOf(string typed)
    {
        var letters = typed.ToUpperInvariant().Where(letter => letter is not ('-' or ' ')).Select(Intended).ToArray();
        return letters.Length == Length && letters.All(Letters.Contains) ? Convert.ToHexString(Secret.Hash(new string(letters))) : null;
    }

    private static char Intended(char letter) => letter switch
    {
        'O' => '0',
        'I' or 'L' => '1',
        _ => letter,
    };
}

/// <summary>Whose a code is. A row is written in the unit of work that makes the code.</summary>
public sealed class RecoveryCodes(NpgsqlDataSource database)
{
    private const string FindSql = "select person_id, code_id from recovery_code where code_hash = $1";

    private static readonly Table<RecoveryCodeRow> Rows = new("recovery_code", RecoveryJson.Default.RecoveryCodeRow, "person_id");

    /// <summary>Whose a code is, whether or not it still holds; null for nobody's.</summary>
    /// <param name="codeHash">See <see cref="RecoveryCode.HashOf"/>.</param>
    /// <param name="cancellation">Ends the read.</param>
    public Task<Recovery?> Find(string codeHash, CancellationToken cancellation) =>
        database.One(FindSql, row => new Recovery(row.GetGuid(0), row.GetGuid(1)), cancellation, codeHash);

    /// <summary>The row of a person's new code, in the place of the one before.</summary>
    public static RowWrite Row(Guid personId, Guid codeId, string codeHash) => Rows.Upsert(new(personId, codeId, codeHash));

    /// <summary>Forgets a person's code.</summary>
    public static RowWrite Delete(Guid personId) => Rows.Delete(new(personId, default, ""));
}

/// <summary>Who may be recovered, and by what.</summary>
/// <param name="PersonId">The person.</param>
/// <param name="CodeId">The code that was typed in; null where the person is still signed in and no way in is open.</param>
public sealed record Recovery(Guid PersonId, Guid? CodeId);

internal sealed record RecoveryCodeRow(Guid PersonId, Guid CodeId, string CodeHash);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(RecoveryCodeRow))]
internal sealed partial class RecoveryJson : JsonSerializerContext;
