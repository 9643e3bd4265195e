using Hutong.Gateway.Pages;
using Hutong.Gateway.Protection;
using Hutong.Gateway.Sessions;
using Hutong.Gateway.Sites;
using Hutong.Web;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;

namespace Hutong.Gateway.SigningOut;

/// <summary>
/// Signing out of a site is signing out of all: first of this one, then at the provider (OpenID Connect RP-Initiated
/// Logout 1.0), which tells the other sites.
/// </summary>
internal sealed class SignOut(SiteDirectory sites, SessionStore sessions)
{
    /// <summary><c>GET /signout</c>: asks.</summary>
    public IResult Ask(HttpContext context)
    {
        // Browsers apply form-action to the redirects that follow the form, too.
        context.Response.SetPageHeaders(sites.Origin);
        return new RazorComponentResult<SignOutPage>(new Dictionary<string, object?>
        {
            [nameof(SignOutPage.Language)] = Language.Of(context),
        });
    }

    /// <summary><c>POST /signout</c>, from the site's own pages.</summary>
    public async Task<IResult> Answer(HttpContext context, CancellationToken cancellation)
    {
        var site = context.Site();
        if (!SameOrigin.Allows(context.Request, site))
            return context.RefuseWithPage("cross_site_request");
        context.Response.Headers.CacheControl = "no-store";
        var parameters = new Dictionary<string, string?>
        {
            ["client_id"] = site.Client.Id,
            ["post_logout_redirect_uri"] = site.PostLogoutRedirectUri,
            ["ui_locales"] = Language.Of(context).Tag,
        };
        if (context.Request.Read(SessionCookie.Name) is { } id)
        {
            if (await sessions.Find(id, site, cancellation) is { } session)
                parameters["id_token_hint"] = await sessions.IdToken(session, cancellation);
            await sessions.End(id, cancellation);
            context.Response.TakeBack(SessionCookie.Name);
        }
        return new SeeOther(QueryHelpers.AddQueryString($"{sites.Origin}/end_session", parameters.Where(p => p.Value is not null)));
    }

    /// <summary><c>GET /signout-callback</c>: back from the provider.</summary>
    public static IResult Back(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.LocalRedirect("/");
    }

    /// <summary>303: go on with GET, whatever brought you here.</summary>
    private sealed class SeeOther(string address) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
            httpContext.Response.Headers.Location = address;
            return Task.CompletedTask;
        }
    }
}
