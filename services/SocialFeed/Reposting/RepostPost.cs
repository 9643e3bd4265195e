using System.Security.Claims;
using System.Text;
using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Hutong.ServiceDefaults.Authentication;
using Hutong.ServiceDefaults.Problems;
using Hutong.SocialFeed.Authors;
using Hutong.SocialFeed.Posting;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Hutong.SocialFeed.Reposting;

/// <summary>A repost that exists now.</summary>
/// <param name="PostId">The repost, a post of its own.</param>
/// <param name="ParentId">What was passed on.</param>
/// <param name="RootId">The original.</param>
/// <param name="Depth">Distance from the original.</param>
public sealed record Reposted(Guid PostId, Guid ParentId, Guid RootId, int Depth);

/// <summary><c>POST /feed/posts/{id}/reposts</c>, with <c>Idempotency-Key</c>.</summary>
internal static class RepostPost
{
    public static void Map(IEndpointRouteBuilder feed) => feed.MapPost("/posts/{postId:guid}/reposts", Repost);

    private static async Task<Results<Created<Reposted>, ProblemHttpResult>> Repost(
        Guid postId, HttpRequest http, ClaimsPrincipal caller, RepostCommands commands, ProblemTable problems, CancellationToken cancellation)
    {
        var key = http.IdempotencyKey();
        if (!key.Succeeded)
            return problems.Answer(key.Rejection);
        var outcome = await commands.Repost(caller, postId, key.Value, cancellation);
        return outcome.Succeeded
            ? TypedResults.Created($"/feed/posts/{outcome.Value.PostId}", outcome.Value)
            : problems.Answer(outcome.Rejection);
    }
}

/// <summary>Passes posts on, for the API and the page alike. A person passes one post on once.</summary>
internal sealed class RepostCommands(
    IdempotentCommands commands, AuthorKeys authors, IEventStore store, NpgsqlDataSource database, TimeProvider time)
{
    private const string AlreadySql = "select exists (select from repost_claim where parent_id = $1 and author_id = $2)";

    public Task<Outcome<Reposted>> Repost(ClaimsPrincipal caller, Guid parentId, string key, CancellationToken cancellation)
    {
        var personId = caller.PersonId();
        var repostId = Guid.CreateVersion7();
        var request = new IdempotentRequest($"repost:{personId}", key, Encoding.UTF8.GetBytes(parentId.ToString()));
        return commands.Run(
            request,
            FeedJson.Default.Reposted,
            async token =>
            {
                if ((await store.Load(Post.Fold, Post.StreamOf(parentId), cancellation: token)).State is not { } parent)
                    return new Rejection(FeedProblems.PostUnknown);
                if (await AlreadyReposted(parentId, personId, token))
                    return new Rejection(FeedProblems.AlreadyReposted);
                var author = await authors.Load(caller, token);
                if (author.Key is null)
                    return new Rejection(FeedProblems.AuthorErased);
                var now = time.GetUtcNow();
                var decided = parent.Repost(repostId, personId, now);
                return decided.Succeeded ? Store(author, decided.Value) : decided.Rejection;
            },
            cancellation);
    }

    private static Decision<Reposted> Store(WritingAuthor author, PostReposted e) => new(
        new Reposted(e.PostId, e.ParentId, e.RootId, e.Depth),
        UnitOfWork
            .Append(Post.StreamOf(e.PostId), Expected.None, e)
            .With(author.Stream.Append(author.Stream.State.Join(e.AuthorId, e.RepostedAt)))
            .With(author.Rows)
            .With(
                PostRows.Posts.Upsert(PostRows.Of(e)),
                PostRows.RepostClaims.Claim(new RepostClaimRow(e.ParentId, e.AuthorId, e.PostId))) with
        {
            Headers = new EventHeaders(Actor: e.AuthorId.ToString()),
        });

    private async Task<bool> AlreadyReposted(Guid parentId, Guid personId, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(AlreadySql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = parentId });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = personId });
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
