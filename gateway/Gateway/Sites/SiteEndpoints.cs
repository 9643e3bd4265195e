using Hutong.Gateway.Protection;
using Hutong.Gateway.SigningIn;
using Hutong.Gateway.SigningOut;

namespace Hutong.Gateway.Sites;

/// <summary>Maps the gateway's own addresses.</summary>
internal static class SiteEndpoints
{
    public static void MapSites(this WebApplication app)
    {
        var sites = app.Services.GetRequiredService<SiteDirectory>();
        var ofSites = app.MapGroup("").RequireHost([.. sites.All.Select(site => site.Host)]);

        var signingIn = ofSites.MapGroup("").RequireRateLimiting(RateLimits.SigningIn);
        signingIn.MapGet(Paths.SignIn, (SignIn signIn, HttpContext context, string? @return, CancellationToken cancellation) =>
            signIn.Answer(context, @return, cancellation));
        signingIn.MapGet(Paths.SignInCallback, (SignInCallback callback, HttpContext context, CancellationToken cancellation) =>
            callback.Answer(context, cancellation));
        signingIn.MapGet(Paths.SignOut, (SignOut signOut, HttpContext context) => signOut.Ask(context));
        signingIn.MapPost(Paths.SignOut, (SignOut signOut, HttpContext context, CancellationToken cancellation) =>
            signOut.Answer(context, cancellation));
        signingIn.MapGet(Paths.SignOutCallback, SignOut.Back);

        ofSites.MapPost(Paths.BackchannelLogout, (BackchannelLogout logout, HttpContext context, CancellationToken cancellation) =>
            logout.Answer(context, context.Site(), cancellation));
        // By path for our own processes: they do not resolve the sites' hosts.
        app.MapPost($"{Paths.BackchannelLogout}/{{site}}", async Task<IResult> (
            BackchannelLogout logout, HttpContext context, string site, CancellationToken cancellation) =>
            sites.Named(site) is { } named ? await logout.Answer(context, named, cancellation) : TypedResults.NotFound());
    }
}
