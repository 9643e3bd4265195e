using Hutong.EventStore;
using Hutong.EventStore.Reading;
using Hutong.IdentityLink.Merging;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Signing;
using Hutong.IdentityLink.Storage;
using Npgsql;

namespace Hutong.IdentityLink.Succession;

/// <summary>
/// The signed notices to partners about their <c>sub</c>s: an event on the holder's stream and a row to read it by, in
/// the unit of work of the merge or its undoing.
/// </summary>
public sealed class SubjectNotices(
    NpgsqlDataSource database, HighWaterMark mark, Statements statements, Clients clients, Issuer issuer, TimeProvider time)
{
    private const int AtMost = 100;

    // Up to the log's high-water mark: no notice can appear later before one that was read.
    private const string AfterSql = """
        select position, id, jws from subject_notice
        where sector = any($1) and (position, id) > ($2, $3) and position <= $4
        order by position, id limit $5
        """;

    private static readonly Table<SubjectNoticeRow> Table = new("subject_notice", SuccessionJson.Default.SubjectNoticeRow, "id");

    /// <summary>The notices that a merge or its undoing calls for: events for the holder's stream.</summary>
    internal async Task<IReadOnlyList<ISubjectNotice>> Of(MergeDecision decision, CancellationToken cancellation)
    {
        var notices = new List<ISubjectNotice>();
        foreach (var succession in SubjectSuccession.Of(decision))
            notices.Add(succession.Holds ? await Reinstated(succession, cancellation) : await Succeeded(succession, cancellation));
        return notices;
    }

    /// <summary>The row of a notice.</summary>
    internal static RowWrite Row(ISubjectNotice notice) => Table.Claim(new(notice.NoticeId, notice.Sector, notice.Jws));

    /// <summary>The notices of some sectors after a place in their order, the oldest first.</summary>
    public async Task<SubjectNoticePage> After(IEnumerable<string> sectors, NoticeCursor after, CancellationToken cancellation)
    {
        var rows = await database.Many(
            AfterSql, row => (Place: new NoticeCursor(row.GetInt64(0), row.GetGuid(1)), Jws: row.GetString(2)),
            cancellation, sectors.ToArray(), after.Position, after.Id, mark.Current, AtMost);
        return new([.. rows.Select(row => row.Jws)], rows.Count == 0 ? after : rows[^1].Place);
    }

    private async Task<SubjectSucceeded> Succeeded(SubjectSuccession it, CancellationToken cancellation)
    {
        var notice = new SuccessionNotice(
            issuer.Public, Audience(it.Sector), time.GetUtcNow().ToUnixTimeSeconds(), Guid.CreateVersion7(), Identifier(it.Sector), it.Subject,
            it.Other);
        var jws = await statements.Sign(SuccessionNotice.Type, notice, SuccessionJson.Default.SuccessionNotice, cancellation);
        return new(notice.Jti, it.Sector, it.Subject, it.Other, jws);
    }

    private async Task<SubjectReinstated> Reinstated(SubjectSuccession it, CancellationToken cancellation)
    {
        var notice = new ReinstatementNotice(
            issuer.Public, Audience(it.Sector), time.GetUtcNow().ToUnixTimeSeconds(), Guid.CreateVersion7(), Identifier(it.Sector), it.Subject,
            it.Other);
        var jws = await statements.Sign(ReinstatementNotice.Type, notice, SuccessionJson.Default.ReinstatementNotice, cancellation);
        return new(notice.Jti, it.Sector, it.Subject, it.Other, jws);
    }

    private static string Identifier(string sector) => Client.IsUnionSector(sector) ? "unionid" : "sub";

    private string[] Audience(string sector) =>
        [.. clients.WithSector(sector).Select(client => client.Id).Order(StringComparer.Ordinal)];
}

/// <summary>Some notices and the place after them.</summary>
public sealed record SubjectNoticePage(IReadOnlyList<string> Notices, NoticeCursor Next);

/// <summary>A place in the order of notices.</summary>
/// <param name="Position">That of the log when the notice was written.</param>
/// <param name="Id">The notice.</param>
public sealed record NoticeCursor(long Position, Guid Id)
{
    /// <summary>Before the first.</summary>
    public static NoticeCursor Start { get; } = new(0, Guid.Empty);

    /// <summary>The cursor as text; null for a text that is none.</summary>
    public static NoticeCursor? Parse(string text) =>
        text.Split('.') is [var position, var id] && long.TryParse(position, out var number) && Guid.TryParseExact(id, "N", out var notice)
            ? new(number, notice)
            : null;

    /// <inheritdoc/>
    public override string ToString() => $"{Position}.{Id:N}";
}

internal sealed record SubjectNoticeRow(Guid Id, string Sector, string Jws);
