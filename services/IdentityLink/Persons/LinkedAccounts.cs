using System.Text.Json.Serialization;
using Hutong.EventStore;
using Hutong.IdentityLink.Passkeys;
using Hutong.IdentityLink.Storage;
using Npgsql;

namespace Hutong.IdentityLink.Persons;

/// <summary>A linked account as its owner sees it.</summary>
/// <param name="Account">The account's stream id.</param>
/// <param name="PersonId">The owner.</param>
/// <param name="Platform">Such as <c>weibo</c>.</param>
/// <param name="DisplayName">What the platform calls it; null where it has no name.</param>
/// <param name="LinkedAt">UTC.</param>
/// <param name="LinkVersion">The version of the account's stream that made the link: tells it from an earlier link of the same account.</param>
public sealed record LinkedAccount(
    string Account, Guid PersonId, string Platform, string? DisplayName, DateTimeOffset LinkedAt, long LinkVersion);

/// <summary>
/// The read model of linked accounts: a row per account, written with the link. What was obtained through a link, a
/// session or a token, holds only while its row is there: see the views <c>live_session</c> and <c>live_grant</c>.
/// </summary>
public sealed class LinkedAccounts(NpgsqlDataSource database)
{
    private const string OfSql = """
        select account, person_id, platform, display_name, linked_at, link_version from linked_account
        where person_id = $1
        order by linked_at, account
        """;

    private static readonly Table<LinkedAccount> Table = new("linked_account", LinkedAccountJson.Default.LinkedAccount, "account");

    /// <summary>The row of a link that is new or has another owner.</summary>
    public static RowWrite Row(LinkedAccount account) => Table.Upsert(account);

    /// <summary>Takes away the row of a link that is over.</summary>
    public static RowWrite Remove(string account) => Table.Delete(new(account, default, "", null, default, default));

    /// <summary>A person's accounts, the first linked first.</summary>
    public Task<List<LinkedAccount>> Of(Guid personId, CancellationToken cancellation) =>
        database.Many(OfSql, Read, cancellation, personId);

    /// <summary>
    /// What to call a person: the name of the account they linked first among those that have one; null if none has. A
    /// passkey's name is theirs if they registered with it, and its device's otherwise.
    /// </summary>
    public async Task<string?> Nickname(Guid personId, CancellationToken cancellation)
    {
        var accounts = await Of(personId, cancellation);
        return accounts.FirstOrDefault(account =>
            account.DisplayName is not null && (account.Platform != Passkey.Platform || account == accounts[0]))?.DisplayName;
    }

    private static LinkedAccount Read(NpgsqlDataReader row) => new(
        row.GetString(0),
        row.GetGuid(1),
        row.GetString(2),
        row.Text(3),
        row.Time(4),
        row.GetInt64(5));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(LinkedAccount))]
internal sealed partial class LinkedAccountJson : JsonSerializerContext;
