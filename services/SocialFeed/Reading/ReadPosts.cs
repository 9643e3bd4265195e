using System.Security.Claims;
using Hutong.EventStore.Commands;
using Hutong.ServiceDefaults.Authentication;
using Hutong.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hutong.SocialFeed.Reading;

/// <summary><c>GET /feed/posts/{id}</c>, <c>/feed/timeline</c> and <c>/feed/latest</c>.</summary>
internal static class ReadPosts
{
    public static void Map(IEndpointRouteBuilder feed)
    {
        feed.MapGet("/posts/{postId:guid}", One).AllowAnonymous();
        feed.MapGet("/timeline", Timeline);
        feed.MapGet("/latest", Latest).AllowAnonymous();
    }

    private static async Task<Results<Ok<PostView>, ProblemHttpResult>> One(
        Guid postId, HttpResponse response, PostQueries posts, ProblemTable problems, CancellationToken cancellation)
    {
        if (await posts.Find(postId, cancellation) is not { } post)
            return problems.Answer(new Rejection(FeedProblems.PostUnknown));
        response.SetETag(post.Version);
        return TypedResults.Ok(post);
    }

    private static async Task<Results<Ok<PostPage>, ProblemHttpResult>> Timeline(
        string? before, int? limit, ClaimsPrincipal caller, PostQueries posts, ProblemTable problems, CancellationToken cancellation) =>
        Answer(await posts.Timeline(caller.PersonId(), before, limit, cancellation), problems);

    private static async Task<Results<Ok<PostPage>, ProblemHttpResult>> Latest(
        string? before, int? limit, PostQueries posts, ProblemTable problems, CancellationToken cancellation) =>
        Answer(await posts.Latest(before, limit, cancellation), problems);

    private static Results<Ok<PostPage>, ProblemHttpResult> Answer(Outcome<PostPage> page, ProblemTable problems) =>
        page.Succeeded ? TypedResults.Ok(page.Value) : problems.Answer(page.Rejection);
}
