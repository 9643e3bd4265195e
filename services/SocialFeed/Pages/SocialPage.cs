using Hutong.ServiceDefaults.Authentication;
using Hutong.Web;

namespace Hutong.SocialFeed.Pages;

/// <summary>What every page of the social site needs to know of its request.</summary>
/// <param name="Language">Chinese or English.</param>
/// <param name="PersonId">The visitor; null when not signed in.</param>
/// <param name="Sites">The public addresses.</param>
/// <param name="Path">This page's path and query, to return to.</param>
public sealed record SocialPage(Language Language, Guid? PersonId, SiteAddresses Sites, string Path)
{
    /// <summary>Whether the visitor is signed in.</summary>
    public bool SignedIn => PersonId is not null;

    /// <summary>Reads the request and sets the page's security headers.</summary>
    public static SocialPage Of(HttpContext context, SiteAddresses sites)
    {
        context.Response.SetCardPageHeaders(sites.Origin, sites.Origin);
        return new SocialPage(
            Language.Of(context), context.User.FindPersonId(), sites, context.Request.Path + context.Request.QueryString);
    }
}
