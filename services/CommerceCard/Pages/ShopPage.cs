using Hutong.ServiceDefaults.Authentication;
using Hutong.Web;

namespace Hutong.CommerceCard.Pages;

/// <summary>What every page of the shop needs to know of its request.</summary>
/// <param name="Language">Chinese or English.</param>
/// <param name="PersonId">The visitor; null when not signed in.</param>
/// <param name="Sites">The public addresses.</param>
/// <param name="Path">This page's path and query, to return to.</param>
public sealed record ShopPage(Language Language, Guid? PersonId, SiteAddresses Sites, string Path)
{
    /// <summary>Whether the visitor is signed in.</summary>
    public bool SignedIn => PersonId is not null;

    /// <summary>Where to sign in and come back from.</summary>
    public string SignIn => $"/signin?return={Uri.EscapeDataString(Path)}";

    /// <summary>Reads the request and sets the page's security headers.</summary>
    public static ShopPage Of(HttpContext context, SiteAddresses sites)
    {
        // Signing out leads by way of the provider, and form-action counts for redirects, too.
        context.Response.SetCardPageHeaders(sites.Origin, sites.Origin);
        return new ShopPage(
            Language.Of(context), context.User.FindPersonId(), sites, context.Request.Path + context.Request.QueryString);
    }
}
