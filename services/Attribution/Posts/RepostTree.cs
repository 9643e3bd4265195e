using Hutong.EventStore;
using Npgsql;

namespace Hutong.Attribution.Posts;

/// <summary>The way from an original to a clicked post, as far as it is known.</summary>
/// <param name="Path">Topmost known post first, the clicked one last; empty when that one is unknown.</param>
/// <param name="Missing">The next post upwards, when it was not heard of yet; null when the path begins at the original.</param>
public sealed record Chain(IReadOnlyList<PostNoted> Path, Guid? Missing);

/// <summary>Posts by id, and the chains among them.</summary>
public sealed class RepostTree(IReadOnlyDictionary<Guid, PostNoted> known)
{
    /// <summary>Walks from a clicked post upwards.</summary>
    public Chain ChainOf(Guid clicked)
    {
        var path = new List<PostNoted>();
        var seen = new HashSet<Guid>();
        Guid? next = clicked;
        // A post never passes itself on, but the posts are another service's word: a circle must not hold us.
        while (next is { } id && seen.Add(id))
        {
            if (!known.TryGetValue(id, out var post))
                break;
            path.Insert(0, post);
            next = post.ParentId;
        }
        return new Chain(path, next is { } missing && !known.ContainsKey(missing) ? missing : null);
    }
}

/// <summary>What was found of the chains above some posts.</summary>
/// <param name="Tree">The posts known.</param>
/// <param name="Missing">The streams of those that are not, as read: waiting for one must find it unchanged.</param>
internal sealed record FoundTree(RepostTree Tree, IReadOnlyDictionary<Guid, Loaded<KnownPost>> Missing);

/// <summary>Loads the chains above posts.</summary>
internal sealed class RepostTrees(IEventStore store, NpgsqlDataSource database)
{
    // "union" without "all" ends even a circle.
    private const string AncestorsSql = """
        with recursive chain as (
            select * from known_post where post_id = any($1)
            union
            select p.* from known_post p join chain c on p.post_id = c.parent_id)
        select post_id, author_id, parent_id, root_id, depth, product_id, published_at from chain
        """;

    /// <summary>Finds the posts and everything above them.</summary>
    /// <param name="posts">Where to begin.</param>
    /// <param name="arriving">A post that is being noted and has no row yet; null for none.</param>
    public async Task<FoundTree> Load(IEnumerable<Guid> posts, PostNoted? arriving, CancellationToken cancellation)
    {
        var known = new Dictionary<Guid, PostNoted>();
        var missing = new Dictionary<Guid, Loaded<KnownPost>>();
        var wanted = posts.ToHashSet();
        while (wanted.Count > 0)
        {
            foreach (var post in await Ancestors([.. wanted], cancellation))
                known.TryAdd(post.PostId, post);
            foreach (var id in Unresolved(wanted, known, missing))
            {
                // The stream has the last word: the post may have come since the rows were read.
                var stream = await store.Load(KnownPost.Fold, KnownPost.StreamOf(id), cancellation: cancellation);
                if ((id == arriving?.PostId ? arriving : stream.State.Noted) is { } found)
                    known.Add(id, found);
                else
                    missing.Add(id, stream);
            }
            wanted = [.. Unresolved([], known, missing)];
        }
        return new FoundTree(new RepostTree(known), missing);
    }

    private static List<Guid> Unresolved(
        IEnumerable<Guid> wanted, Dictionary<Guid, PostNoted> known, Dictionary<Guid, Loaded<KnownPost>> missing) =>
        [.. wanted
            .Concat(known.Values.Select(p => p.ParentId).OfType<Guid>())
            .Distinct()
            .Where(id => !known.ContainsKey(id) && !missing.ContainsKey(id))];

    private async Task<List<PostNoted>> Ancestors(Guid[] posts, CancellationToken cancellation)
    {
        var found = new List<PostNoted>();
        await using var command = database.CreateCommand(AncestorsSql);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = posts });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            found.Add(new PostNoted(
                reader.GetGuid(0), reader.GetGuid(1), reader.IsDBNull(2) ? null : reader.GetGuid(2), reader.GetGuid(3),
                reader.GetInt32(4), reader.IsDBNull(5) ? null : reader.GetString(5), reader.GetFieldValue<DateTimeOffset>(6)));
        }
        return found;
    }
}
