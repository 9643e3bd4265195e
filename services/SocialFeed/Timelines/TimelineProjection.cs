using Hutong.EventStore;
using Hutong.EventStore.Reading;
using Hutong.SocialFeed.Authors;
using Hutong.SocialFeed.Posting;
using Npgsql;

namespace Hutong.SocialFeed.Timelines;

/// <summary>
/// The home timelines (an entry per reader, written when a post appears) and the repost counts. Reads nothing but the
/// log and its own tables, so a rebuild equals the live one.
/// </summary>
internal sealed class TimelineProjection : IProjection
{

    private const string PostSql = """
        with posted as (insert into timeline_post (author_id, position, post_id) values ($1, $2, $3))
        insert into timeline_entry (owner_id, position, post_id, author_id)
        select reader, $2, $3, $1
        from (select $1 as reader union select follower_id from timeline_follow where followee_id = $1) readers
        """;

    // Every ancestor has one more repost below it; the parent one more directly.
    private const string RepostSql = """
        with recursive
            parent as (insert into timeline_parent (post_id, parent_id) values ($1, $2)),
            ancestor as (
                select $2::uuid as post_id
                union all
                select p.parent_id from timeline_parent p join ancestor a on p.post_id = a.post_id)
        insert into repost_count as c (post_id, direct, total)
        select post_id, case when post_id = $2 then 1 else 0 end, 1 from ancestor
        on conflict (post_id) do update set direct = c.direct + excluded.direct, total = c.total + 1
        """;

    // A new follower receives the latest 100 posts at once.
    private const string FollowSql = """
        with followed as (insert into timeline_follow (follower_id, followee_id) values ($1, $2) on conflict do nothing)
        insert into timeline_entry (owner_id, position, post_id, author_id)
        select $1, position, post_id, author_id from
            (select * from timeline_post where author_id = $2 order by position desc limit 100) latest
        on conflict do nothing
        """;

    private const string UnfollowSql = """
        with unfollowed as (delete from timeline_follow where follower_id = $1 and followee_id = $2)
        delete from timeline_entry where owner_id = $1 and author_id = $2
        """;

    private const string ClearSql =
        "truncate timeline_entry, timeline_follow, timeline_post, timeline_parent, repost_count";

    public string Name => "Timeline";

    public IReadOnlyCollection<string> Types { get; } =
        [FeedEvents.PostPublishedName, FeedEvents.PostRepostedName, FeedEvents.AuthorFollowedName, FeedEvents.AuthorUnfollowedName];

    public async Task Apply(IReadOnlyList<StoredEvent> events, NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var stored in events)
        {
            switch (stored.Data)
            {
                case PostPublished e:
                    Add(batch, PostSql, e.AuthorId, stored.Position, e.PostId);
                    break;
                case PostReposted e:
                    Add(batch, PostSql, e.AuthorId, stored.Position, e.PostId);
                    Add(batch, RepostSql, e.PostId, e.ParentId);
                    break;
                case AuthorFollowed e:
                    Add(batch, FollowSql, e.FollowerId, e.FolloweeId);
                    break;
                case AuthorUnfollowed e:
                    Add(batch, UnfollowSql, e.FollowerId, e.FolloweeId);
                    break;
            }
        }
        await batch.ExecuteNonQueryAsync(cancellation);
    }

    public async Task Clear(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(ClearSql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static void Add(NpgsqlBatch batch, string sql, params IReadOnlyList<object> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        batch.BatchCommands.Add(command);
    }
}
