using System.Globalization;
using Hutong.EventStore.Commands;
using Npgsql;

namespace Hutong.SocialFeed.Reading;

/// <summary>A post as it is shown.</summary>
/// <param name="PostId">The post.</param>
/// <param name="AuthorId">Its author's person id.</param>
/// <param name="Author">The author's name; null if they have none or were erased.</param>
/// <param name="Text">What was said; null for a repost and for an erased author.</param>
/// <param name="ProductId">The product of its card; null for none.</param>
/// <param name="ParentId">What it passes on; null for an original.</param>
/// <param name="RootId">The original; itself for an original.</param>
/// <param name="RootText">What the original said; null if that is gone.</param>
/// <param name="RootAuthor">Who wrote the original.</param>
/// <param name="Depth">Distance from the original.</param>
/// <param name="PublishedAt">UTC.</param>
/// <param name="Reposts">How often it was passed on, directly or further down.</param>
/// <param name="Version">Its version, also in <c>ETag</c>.</param>
public sealed record PostView(
    Guid PostId, Guid AuthorId, string? Author, string? Text, string? ProductId, Guid? ParentId, Guid RootId,
    string? RootText, string? RootAuthor, int Depth, DateTimeOffset PublishedAt, int Reposts, long Version);

/// <summary>A page of posts.</summary>
/// <param name="Items">Newest first.</param>
/// <param name="Next">Pass as <c>before</c> for the next page; null on the last.</param>
public sealed record PostPage(IReadOnlyList<PostView> Items, string? Next);

/// <summary>Reads posts for showing. Every list is paged by a keyset cursor.</summary>
internal sealed class PostQueries(NpgsqlDataSource database)
{
    public const int DefaultPage = 20;
    private const int MaxPage = 100;

    private const string View = """
        select p.post_id, p.author_id, a.nickname, w.text, p.product_id, p.parent_id, p.root_id,
               rw.text, ra.nickname, p.depth, p.published_at, coalesce(c.total, 0), p.version
        """;

    private const string Joins = """
        left join author a on a.person_id = p.author_id
        left join post_text w on w.post_id = p.post_id
        left join post r on r.post_id = p.root_id and p.root_id <> p.post_id
        left join post_text rw on rw.post_id = r.post_id
        left join author ra on ra.person_id = r.author_id
        left join repost_count c on c.post_id = p.post_id
        """;

    private const string OneSql = $"{View}, 0::bigint from post p {Joins} where p.post_id = $1";

    private const string TimelineSql = $"""
        {View}, t.position
        from timeline_entry t join post p on p.post_id = t.post_id {Joins}
        where t.owner_id = $1 and t.position < $2
        order by t.position desc
        limit $3
        """;

    // Post ids are UUIDv7: their order is the order of publishing.
    private const string LatestSql = $"""
        {View}, 0::bigint from post p {Joins}
        where p.post_id < $1
        order by p.post_id desc
        limit $2
        """;

    public async Task<PostView?> Find(Guid postId, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(OneSql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = postId });
        return (await Read(command, cancellation)).Select(r => r.View).FirstOrDefault();
    }

    /// <summary>A person's home timeline.</summary>
    public async Task<Outcome<PostPage>> Timeline(Guid personId, string? before, int? limit, CancellationToken cancellation)
    {
        var position = long.MaxValue;
        if (before is not null && !long.TryParse(before, NumberStyles.None, CultureInfo.InvariantCulture, out position))
            return new Rejection(FeedProblems.InvalidCursor);
        await using var command = database.CreateCommand(TimelineSql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = personId });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = position });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = PageSize(limit) });
        return Page(await Read(command, cancellation), PageSize(limit), last => last.Position.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Everybody's latest posts.</summary>
    public async Task<Outcome<PostPage>> Latest(string? before, int? limit, CancellationToken cancellation)
    {
        var bound = Guid.AllBitsSet;
        if (before is not null && !Guid.TryParseExact(before, "N", out bound))
            return new Rejection(FeedProblems.InvalidCursor);
        await using var command = database.CreateCommand(LatestSql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = bound });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = PageSize(limit) });
        return Page(await Read(command, cancellation), PageSize(limit), last => last.View.PostId.ToString("N"));
    }

    private static int PageSize(int? limit) => Math.Clamp(limit ?? DefaultPage, 1, MaxPage);

    private static PostPage Page(List<(PostView View, long Position)> rows, int size, Func<(PostView View, long Position), string> cursor) =>
        new([.. rows.Select(r => r.View)], rows.Count == size ? cursor(rows[^1]) : null);

    private static async Task<List<(PostView View, long Position)>> Read(NpgsqlCommand command, CancellationToken cancellation)
    {
        var rows = new List<(PostView, long)>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add((new PostView(
                reader.GetGuid(0), reader.GetGuid(1), Text(reader, 2), Text(reader, 3), Text(reader, 4),
                reader.IsDBNull(5) ? null : reader.GetGuid(5), reader.GetGuid(6), Text(reader, 7), Text(reader, 8),
                reader.GetInt32(9), reader.GetFieldValue<DateTimeOffset>(10), reader.GetInt32(11), reader.GetInt64(12)), reader.GetInt64(13)));
        }
        return rows;
    }

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
