using System.Text.Json;
using Hutong.CommerceCard.Products;
using Hutong.EventStore.Commands;
using Hutong.ServiceDefaults.Problems;
using Hutong.Web;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace Hutong.CommerceCard.Cards;

/// <summary>
/// <c>GET /cards/{product}</c> as JSON or HTML, and <c>GET /cards/by-link?url=</c>. Public, for any origin, without
/// credentials; may be kept for a few seconds, and asked about again by its <c>ETag</c> (RFC 9110, section 8.8.3).
/// </summary>
internal static class ShowCard
{
    /// <summary>The CORS policy of everything a page of another origin may use.</summary>
    public const string AnyOrigin = "any-origin";

    private const string JsonKind = "json";

    public static void Map(IEndpointRouteBuilder cards)
    {
        cards.MapGet("/by-link", ByLink);
        cards.MapGet("/{productId}", Show);
        cards.MapGet("/{productId}.html", ShowHtml);
    }

    private static Task<IResult> Show(
        string productId, HttpContext http, CardReader cards, ProblemTable problems, SiteAddresses sites, CancellationToken cancellation) =>
        PrefersHtml(http.Request)
            ? ShowHtml(productId, http, cards, problems, sites, cancellation)
            : ShowJson(productId, http, cards, problems, CommerceProblems.ProductUnknown, cancellation);

    private static async Task<IResult> ByLink(
        string? url, HttpContext http, CardReader cards, ProblemTable problems, SiteAddresses sites, CancellationToken cancellation)
    {
        if (ProductLink.Find(url, sites) is not { } productId)
            return problems.Answer(new Rejection(CommerceProblems.LinkUnknown));
        http.Response.Headers.ContentLocation = $"/cards/{productId}";
        return await ShowJson(productId, http, cards, problems, CommerceProblems.LinkUnknown, cancellation);
    }

    private static async Task<IResult> ShowJson(
        string productId, HttpContext http, CardReader cards, ProblemTable problems, string unknown, CancellationToken cancellation)
    {
        if (await cards.Find(productId, cancellation) is not { } card)
            return problems.Answer(new Rejection(unknown));
        if (IsKnown(http, card, JsonKind))
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        return TypedResults.Bytes(
            JsonSerializer.SerializeToUtf8Bytes(card, CommerceJson.Default.Card), "application/json; charset=utf-8");
    }

    private static async Task<IResult> ShowHtml(
        string productId, HttpContext http, CardReader cards, ProblemTable problems, SiteAddresses sites, CancellationToken cancellation)
    {
        if (await cards.Find(productId, cancellation) is not { } card)
            return problems.Answer(new Rejection(CommerceProblems.ProductUnknown));
        var language = Language.Of(http);
        var headers = http.Response.Headers;
        headers.ContentLanguage = language.Tag;
        // Meant to be framed anywhere; it shows what is public and can do nothing but lead to the shop.
        headers.ContentSecurityPolicy =
            $"default-src 'none'; style-src {sites.Shop}; img-src http: https: data:; frame-ancestors *; base-uri 'none'; form-action 'self' {sites.Shop}";
        headers.XContentTypeOptions = "nosniff";
        if (IsKnown(http, card, language.Tag))
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        return new RazorComponentResult<CardPage>(new
        {
            Card = card,
            Language = language,
            // The public origin serves no pages of ours, hence no style sheet.
            Style = sites.Shop + PageAssets.StylePath,
            Via = http.Request.Query["via"].ToString(),
        });
    }

    /// <summary>Sets the caching headers; true when the caller has this very representation.</summary>
    private static bool IsKnown(HttpContext http, Card card, string kind)
    {
        var headers = http.Response.Headers;
        var tag = new EntityTagHeaderValue($"\"{card.Tag}-{kind}\"");
        headers.ETag = tag.ToString();
        headers.CacheControl = "public, max-age=5, stale-while-revalidate=30";
        headers.Vary = "Accept, Accept-Language, Cookie";
        return EntityTagHeaderValue.TryParseList(http.Request.Headers.IfNoneMatch, out var known)
            && known.Any(t => t == EntityTagHeaderValue.Any || t.Compare(tag, useStrongComparison: false));
    }

    /// <summary>Whether a browser asks for a page, rather than a program for data.</summary>
    public static bool PrefersHtml(HttpRequest request) =>
        MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var types)
        && types.OrderByDescending(t => t.Quality ?? 1).Select(t => t.MediaType.Value)
            .FirstOrDefault(t => t is "text/html" or "application/json" or "*/*") == "text/html";
}
