using Hutong.CommerceCard.Cards;
using Hutong.CommerceCard.Ladders;
using Hutong.CommerceCard.Pages;
using Hutong.EventStore.Commands;
using Hutong.ServiceDefaults.Problems;
using Hutong.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hutong.CommerceCard.Products;

/// <summary>A product as its shop describes it.</summary>
/// <param name="ProductId">The product.</param>
/// <param name="ShopId">The shop that sells it.</param>
/// <param name="Details">What the shop says about it.</param>
/// <param name="Price">Asked now.</param>
/// <param name="ListPrice">The shop's price without the ladder.</param>
/// <param name="Ladder">Its steps; null without one.</param>
/// <param name="Version">Also in <c>ETag</c>: for <c>If-Match</c> when a ladder is published.</param>
public sealed record ProductView(
    string ProductId, Guid ShopId, ProductDetails Details, Price Price, Price ListPrice, Ladder? Ladder, long Version);

/// <summary><c>GET /products/{id}</c>: a page for browsers, data for programs.</summary>
internal static class ShowProduct
{
    public static void Map(IEndpointRouteBuilder app) => app.MapGet("/products/{productId}", Show);

    private static async Task<IResult> Show(
        string productId, string? via, HttpContext http, ProductQueries products, CardReader cards, SiteAddresses sites,
        ProblemTable problems, CancellationToken cancellation)
    {
        http.Response.Headers.Vary = "Accept";
        if (!ShowCard.PrefersHtml(http.Request))
            return await Data(productId, http, products, problems, cancellation);
        // The address works on every host; the page, with its session and forms, is the shop's.
        if (http.Request.Headers["X-Forwarded-Host"].ToString() is { Length: > 0 } host
            && !string.Equals(host, new Uri(sites.Shop).Authority, StringComparison.OrdinalIgnoreCase))
        {
            return TypedResults.Redirect($"{sites.Shop}/products/{Uri.EscapeDataString(productId)}{http.Request.QueryString}");
        }

        var page = ShopPage.Of(http, sites);
        var card = await cards.Find(productId, cancellation);
        var product = card is null ? null : await products.Find(productId, cancellation);
        return new RazorComponentResult<ProductPageView>(new
        {
            Page = page,
            Card = card,
            Description = product?.State?.Details.Description,
            Via = Guid.TryParse(via, out var post) ? post : (Guid?)null,
        })
        {
            StatusCode = card is null ? StatusCodes.Status404NotFound : StatusCodes.Status200OK,
        };
    }

    private static async Task<IResult> Data(
        string productId, HttpContext http, ProductQueries products, ProblemTable problems, CancellationToken cancellation)
    {
        if (await products.Find(productId, cancellation) is not { State: { } product } found)
            return problems.Answer(new Rejection(CommerceProblems.ProductUnknown));
        http.Response.SetETag(found.Version);
        return TypedResults.Ok(new ProductView(
            product.Id, product.ShopId, product.Details, Price.Of(product.PriceMinor, product.Currency),
            Price.Of(product.ListPriceMinor, product.Currency), product.Ladder, found.Version));
    }
}
