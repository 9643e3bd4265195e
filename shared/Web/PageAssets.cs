using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Hutong.Web;

/// <summary>The pages' style sheet and the language switch, served by each service for its own pages.</summary>
public static class PageAssets
{
    /// <summary>Where the language switch points.</summary>
    public const string LanguagePath = "/language";

    /// <summary>The pages' icon, two linked rings, as an address that holds it: nothing more to ask for.</summary>
    public const string Icon =
        "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E" +
        "%3Crect width='32' height='32' rx='7' fill='%23a3271c'/%3E%3Cg fill='none' stroke='%23fff' stroke-width='3'%3E" +
        "%3Ccircle cx='12.5' cy='16' r='5.5'/%3E%3Ccircle cx='19.5' cy='16' r='5.5'/%3E%3C/g%3E%3C/svg%3E";

    private const string StyleResource = "Hutong.Web.site.css";
    private static readonly byte[] Style = Read();

    /// <summary>The style sheet's address; it changes with the content, so it may be cached for ever.</summary>
    public static string StylePath { get; } = $"/assets/site.{Convert.ToHexStringLower(SHA256.HashData(Style))[..12]}.css";

    /// <summary>
    /// The security headers of a page: nothing from elsewhere, no framing, no script but our own files, no referrer
    /// to other sites.
    /// </summary>
    /// <param name="response">The page's response.</param>
    /// <param name="formTargets">Origins that a form of the page may post or be redirected to, besides its own.</param>
    public static void SetPageHeaders(this HttpResponse response, params IReadOnlyList<string> formTargets) =>
        SetHeaders(response, "'self'", formTargets);

    /// <summary>As <see cref="SetPageHeaders"/>, for a page that shows live product cards.</summary>
    /// <param name="response">The page's response.</param>
    /// <param name="cardOrigin">Where the card script and the cards come from: the public origin.</param>
    /// <param name="formTargets">Origins that a form of the page may post or be redirected to, besides its own.</param>
    public static void SetCardPageHeaders(this HttpResponse response, string cardOrigin, params IReadOnlyList<string> formTargets) =>
        SetHeaders(response, $"'self' {cardOrigin}", formTargets);

    private static void SetHeaders(HttpResponse response, string sources, IReadOnlyList<string> formTargets)
    {
        var headers = response.Headers;
        headers.ContentSecurityPolicy =
            $"default-src 'none'; style-src 'self'; img-src {sources} data:; script-src {sources}; connect-src {sources}; " +
            $"frame-ancestors 'none'; base-uri 'none'; form-action {string.Join(' ', ["'self'", .. formTargets])}";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
    }

    /// <summary>Maps the style sheet and the language switch.</summary>
    public static void MapPageAssets(this IEndpointRouteBuilder app)
    {
        app.MapGet(StylePath, (HttpResponse response) =>
        {
            response.Headers.CacheControl = "public, max-age=31536000, immutable";
            return TypedResults.Bytes(Style, "text/css; charset=utf-8");
        }).AllowAnonymous();
        app.MapGet(LanguagePath, SwitchLanguage).AllowAnonymous();
    }

    private static RedirectHttpResult SwitchLanguage(HttpContext context, string? to, string? @return)
    {
        var language = Language.FromTags([to ?? ""]) ?? Language.English;
        context.Response.Cookies.Append(Language.CookieName, language.Tag, new CookieOptions
        {
            MaxAge = TimeSpan.FromDays(365),
            SameSite = SameSiteMode.Lax,
            HttpOnly = true,
        });
        return TypedResults.Redirect(IsLocalPath(@return) ? @return! : "/");
    }

    /// <summary>Whether a return address stays on this host: an absolute path, not <c>//host</c> and not <c>/\host</c>.</summary>
    public static bool IsLocalPath(string? path) =>
        path is ['/', ..] && !path.StartsWith("//", StringComparison.Ordinal) && !path.StartsWith("/\\", StringComparison.Ordinal)
        && !path.Any(char.IsControl);

    private static byte[] Read()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(StyleResource)!;
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }
}
