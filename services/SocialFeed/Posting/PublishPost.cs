using System.Security.Claims;
using System.Text;
using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Hutong.ServiceDefaults.Authentication;
using Hutong.ServiceDefaults.Problems;
using Hutong.SocialFeed.Authors;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hutong.SocialFeed.Posting;

/// <summary>What to say.</summary>
/// <param name="Text">1 to 2,000 characters; the first product link in it is shown as a card.</param>
public sealed record PublishPostRequest(string? Text);

/// <summary>A post that exists now.</summary>
/// <param name="PostId">The post.</param>
/// <param name="ProductId">The product its card shows; null for none.</param>
public sealed record PublishedPost(Guid PostId, string? ProductId);

/// <summary><c>POST /feed/posts</c>, with <c>Idempotency-Key</c>.</summary>
internal static class PublishPost
{
    public static void Map(IEndpointRouteBuilder feed) => feed.MapPost("/posts", Publish);

    private static async Task<Results<Created<PublishedPost>, ProblemHttpResult>> Publish(
        PublishPostRequest request, HttpRequest http, ClaimsPrincipal caller, PostCommands commands, ProblemTable problems,
        CancellationToken cancellation)
    {
        var key = http.IdempotencyKey();
        if (!key.Succeeded)
            return problems.Answer(key.Rejection);
        var outcome = await commands.Publish(caller, request.Text, key.Value, cancellation);
        return outcome.Succeeded
            ? TypedResults.Created($"/feed/posts/{outcome.Value.PostId}", outcome.Value)
            : problems.Answer(outcome.Rejection);
    }
}

/// <summary>Publishes posts, for the API and the page alike.</summary>
internal sealed class PostCommands(IdempotentCommands commands, AuthorKeys authors, ProductLinks links, TimeProvider time)
{
    /// <summary>The scope of a person's requests to publish.</summary>
    public static string ScopeOf(Guid personId) => $"post:{personId}";

    public async Task<Outcome<PublishedPost>> Publish(ClaimsPrincipal caller, string? said, string key, CancellationToken cancellation)
    {
        var text = Post.CheckText(said);
        if (!text.Succeeded)
            return text.Rejection;
        var personId = caller.PersonId();
        var post = new PublishedPost(Guid.CreateVersion7(), links.Find(text.Value));
        var request = new IdempotentRequest(ScopeOf(personId), key, Encoding.UTF8.GetBytes(text.Value));
        return await commands.Run(
            request,
            FeedJson.Default.PublishedPost,
            async token =>
            {
                var author = await authors.Load(caller, token);
                if (author.Key is null)
                    return new Rejection(FeedProblems.AuthorErased);
                var now = time.GetUtcNow();
                var published = new PostPublished(post.PostId, personId, author.Key.Seal(text.Value), post.ProductId, now);
                return new Decision<PublishedPost>(post, UnitOfWork
                    .Append(Post.StreamOf(post.PostId), Expected.None, published)
                    .With(author.Stream.Append(author.Stream.State.Join(personId, now)))
                    .With(author.Rows)
                    .With(
                        PostRows.Posts.Upsert(PostRows.Of(published)),
                        PostRows.Texts.Upsert(new PostTextRow(post.PostId, personId, text.Value))) with
                {
                    Headers = new EventHeaders(Actor: personId.ToString()),
                });
            },
            cancellation);
    }
}
