using System.Globalization;
using System.Text;
using Hutong.EventStore.Commands;
using Hutong.ServiceDefaults.Problems;

namespace Hutong.CommerceCard.Products;

/// <summary>
/// <c>GET /products/{id}/picture.svg</c>: a drawn tile with the product's initials, for shops whose catalogue has no
/// photographs.
/// </summary>
internal static class ProductPicture
{
    public static void Map(IEndpointRouteBuilder app) => app.MapGet("/products/{productId}/picture.svg", Draw);

    private static async Task<IResult> Draw(
        string productId, HttpResponse response, ProductQueries products, ProblemTable problems, CancellationToken cancellation)
    {
        if (await products.Find(productId, cancellation) is not { State: { } product })
            return problems.Answer(new Rejection(CommerceProblems.ProductUnknown));
        response.Headers.CacheControl = "public, max-age=86400";
        response.Headers.ContentSecurityPolicy = "default-src 'none'";
        response.Headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        var hue = Encoding.UTF8.GetBytes(product.Details.ProductType ?? product.Id).Aggregate(7, (sum, b) => (sum * 31 + b) % 360);
        var initials = string.Concat(product.Details.Title
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(word => word[0])
            .Where(char.IsLetterOrDigit)
            .Take(2));
        return TypedResults.Text(
            string.Create(CultureInfo.InvariantCulture, $"""
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 200" role="img" aria-hidden="true">
                <rect width="320" height="200" fill="hsl({hue} 35% 88%)"/>
                <rect x="110" y="50" width="100" height="100" rx="14" fill="hsl({hue} 40% 38%)"/>
                <text x="160" y="116" font-family="system-ui, sans-serif" font-size="44" font-weight="700" text-anchor="middle" fill="#fff">{initials}</text>
                </svg>
                """),
            "image/svg+xml");
    }
}
