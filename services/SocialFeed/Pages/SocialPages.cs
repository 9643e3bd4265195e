using System.Security.Claims;
using Hutong.EventStore.Commands;
using Hutong.SocialFeed.Authors;
using Hutong.SocialFeed.Posting;
using Hutong.SocialFeed.Reading;
using Hutong.SocialFeed.Reposting;
using Hutong.Web;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Hutong.SocialFeed.Pages;

/// <summary>
/// The social site. Its forms need no token against forgery: the gateway refuses a post from another site, and this
/// service accepts nothing but the gateway's internal token.
/// </summary>
internal static class SocialPages
{
    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/", Home);
        app.MapGet("/latest", Latest);
        app.MapGet("/posts/{postId:guid}", Post);
        app.MapPost("/posts", Publish).RequireAuthorization().DisableAntiforgery();
        app.MapPost("/posts/{postId:guid}/repost", Repost).RequireAuthorization().DisableAntiforgery();
        app.MapPost("/authors/{authorId:guid}/follow", Follow).RequireAuthorization().DisableAntiforgery();
    }

    private static async Task<IResult> Home(
        string? before, HttpContext context, SiteAddresses sites, PostQueries posts, CancellationToken cancellation)
    {
        var page = SocialPage.Of(context, sites);
        return page.PersonId is { } personId
            ? Show(page, await posts.Timeline(personId, before, PostQueries.DefaultPage, cancellation), latest: false)
            : Show(page, await posts.Latest(before, PostQueries.DefaultPage, cancellation), latest: true);
    }

    private static async Task<IResult> Latest(
        string? before, HttpContext context, SiteAddresses sites, PostQueries posts, CancellationToken cancellation) =>
        Show(SocialPage.Of(context, sites), await posts.Latest(before, PostQueries.DefaultPage, cancellation), latest: true);

    /// <summary>A cursor that is not ours begins again at the top: on a page that is kinder than an error.</summary>
    private static IResult Show(SocialPage page, Outcome<PostPage> posts, bool latest) => posts.Succeeded
        ? new RazorComponentResult<HomePage>(new { Page = page, Posts = posts.Value, ShowsLatest = latest })
        : TypedResults.Redirect(latest ? "/latest" : "/");

    private static async Task<IResult> Post(
        Guid postId, HttpContext context, SiteAddresses sites, PostQueries posts, CancellationToken cancellation)
    {
        var page = SocialPage.Of(context, sites);
        var post = await posts.Find(postId, cancellation);
        return new RazorComponentResult<PostPageView>(new
        {
            Page = page,
            Post = post,
            Problem = post is null ? Text(page, FeedProblems.PostUnknown) : null,
        })
        {
            StatusCode = post is null ? StatusCodes.Status404NotFound : StatusCodes.Status200OK,
        };
    }

    private static async Task<IResult> Publish(
        [FromForm] string? text, [FromForm] string? key, ClaimsPrincipal caller, HttpContext context, SiteAddresses sites,
        PostCommands commands, PostQueries posts, CancellationToken cancellation)
    {
        var outcome = await commands.Publish(caller, text, FormKey(key), cancellation);
        if (outcome.Succeeded)
            return TypedResults.Redirect($"/posts/{outcome.Value.PostId}");
        var page = SocialPage.Of(context, sites);
        var latest = await posts.Latest(null, PostQueries.DefaultPage, cancellation);
        return new RazorComponentResult<HomePage>(new
        {
            Page = page,
            Posts = latest.Value,
            ShowsLatest = true,
            Problem = Text(page, outcome.Rejection.Code),
            Draft = text,
        })
        {
            StatusCode = StatusCodes.Status422UnprocessableEntity,
        };
    }

    private static async Task<IResult> Repost(
        Guid postId, [FromForm] string? key, ClaimsPrincipal caller, HttpContext context, SiteAddresses sites,
        RepostCommands commands, PostQueries posts, CancellationToken cancellation)
    {
        var outcome = await commands.Repost(caller, postId, FormKey(key), cancellation);
        if (outcome.Succeeded)
            return TypedResults.Redirect($"/posts/{outcome.Value.PostId}");
        var page = SocialPage.Of(context, sites);
        return new RazorComponentResult<PostPageView>(new
        {
            Page = page,
            Post = await posts.Find(postId, cancellation),
            Problem = Text(page, outcome.Rejection.Code),
        })
        {
            StatusCode = StatusCodes.Status409Conflict,
        };
    }

    private static async Task<IResult> Follow(
        Guid authorId, [FromForm] string? @return, ClaimsPrincipal caller, FollowCommands commands, CancellationToken cancellation)
    {
        await commands.Follow(caller, authorId, cancellation);
        return TypedResults.Redirect(PageAssets.IsLocalPath(@return) ? @return! : "/");
    }

    /// <summary>The key rendered into the form; a form that came without one is its own request.</summary>
    private static string FormKey(string? key) => key is { Length: > 0 and <= 255 } ? key : Guid.CreateVersion7().ToString();

    private static string Text(SocialPage page, string code) => code switch
    {
        FeedProblems.TextMissing => page.Language.Pick("写点什么吧。", "Write something first."),
        FeedProblems.TextTooLong => page.Language.Pick("超过了 2,000 字，请缩短。", "Longer than 2,000 characters. Shorten it."),
        FeedProblems.AlreadyReposted => page.Language.Pick("您已经转发过了。", "You have passed this on already."),
        FeedProblems.PostUnknown => page.Language.Pick("没有这条动态。", "There is no such post."),
        FeedProblems.AuthorErased => page.Language.Pick("该账号已注销。", "This person was erased."),
        _ => page.Language.Pick("没有成功，请再试一次。", "That did not work. Try again."),
    };
}
