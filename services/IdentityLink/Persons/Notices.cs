using System.Text.Json.Serialization;
using Hutong.EventStore;
using Hutong.IdentityLink.Storage;
using Npgsql;

namespace Hutong.IdentityLink.Persons;

/// <summary>
/// What a person must hear of when it happens to their identity (NIST SP 800-63C-4: the subscriber is told when an
/// identifier is added or removed). Shown on the account page until they have put it away.
/// </summary>
/// <param name="Id">Names it.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Platform">The platform concerned; null where there is none.</param>
/// <param name="At">UTC.</param>
public sealed record Notice(Guid Id, NoticeKind Kind, string? Platform, DateTimeOffset At);

/// <summary>What a notice tells.</summary>
public enum NoticeKind
{
    /// <summary>An account was linked.</summary>
    AccountLinked,

    /// <summary>An account was unlinked.</summary>
    AccountUnlinked,

    /// <summary>Another person was merged into this one.</summary>
    Merged,

    /// <summary>A merge was undone.</summary>
    Split,

    /// <summary>A recovery code was made.</summary>
    RecoveryCodeMade,

    /// <summary>An account was linked by a recovery.</summary>
    Recovered,

    /// <summary>An operator ended what was reached through them or an account of theirs.</summary>
    SignedOutByOperator,
}

/// <summary>The notices. A row is written in the unit of work of what it tells.</summary>
public sealed class Notices(NpgsqlDataSource database, TimeProvider time)
{
    private const int AtMost = 20;

    private const string UnseenSql = """
        select id, kind, platform, at from notice where person_id = $1 and seen_at is null
        order by at desc, id limit $2
        """;

    private const string SeenSql = "update notice set seen_at = $2 where person_id = $1 and seen_at is null and at <= $3";

    private static readonly Table<NoticeRow> Table = new("notice", NoticeJson.Default.NoticeRow, "id");

    /// <summary>The row of a new notice.</summary>
    public static RowWrite Of(Guid personId, NoticeKind kind, string? platform, DateTimeOffset at) =>
        Table.Claim(new(Guid.CreateVersion7(), personId, kind.ToString(), platform, at));

    /// <summary>A person's latest notices that they have not put away, the newest first.</summary>
    public Task<List<Notice>> Unseen(Guid personId, CancellationToken cancellation) =>
        database.Many(
            UnseenSql, row => new Notice(row.GetGuid(0), Enum.Parse<NoticeKind>(row.GetString(1)), row.Text(2), row.Time(3)),
            cancellation, personId, AtMost);

    /// <summary>Puts away a person's notices up to a time, that of the newest they were shown.</summary>
    public Task Seen(Guid personId, DateTimeOffset upTo, CancellationToken cancellation) =>
        database.Run(SeenSql, cancellation, personId, time.GetUtcNow(), upTo);
}

internal sealed record NoticeRow(Guid Id, Guid PersonId, string Kind, string? Platform, DateTimeOffset At);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(NoticeRow))]
internal sealed partial class NoticeJson : JsonSerializerContext;
