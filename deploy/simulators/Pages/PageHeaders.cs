namespace Hutong.Simulators.Pages;

internal static class PageHeaders
{
    /// <summary>No <c>form-action</c>: browsers apply it to the redirect that follows the form, too.</summary>
    public static void Set(HttpResponse response)
    {
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentSecurityPolicy =
            "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'";
        response.Headers["Referrer-Policy"] = "no-referrer";
    }
}
