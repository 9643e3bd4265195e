using Hutong.Gateway.Sites;

namespace Hutong.Gateway.Protection;

/// <summary>
/// Protects from requests forged by other sites' pages, our own other sites included: a change with a session's cookie
/// must come from a page of the same host. Browsers say where a request comes from in <c>Sec-Fetch-Site</c> (Fetch
/// Metadata, W3C), older ones in <c>Origin</c> (RFC 6454, section 7); neither can be set by a page.
/// </summary>
internal static class SameOrigin
{
    /// <summary>Whether a request changes nothing, or comes from the site's own pages.</summary>
    public static bool Allows(HttpRequest request, Site site)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method))
            return true;
        return request.Headers["Sec-Fetch-Site"].ToString() is { Length: > 0 } from
            ? from == "same-origin"
            : string.Equals(request.Headers.Origin.ToString(), site.Origin, StringComparison.OrdinalIgnoreCase);
    }
}
