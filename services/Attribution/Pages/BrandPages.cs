using Hutong.Attribution.Crediting;
using Hutong.Attribution.Reporting;
using Hutong.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hutong.Attribution.Pages;

/// <summary>
/// The brands' site, for any signed-in visitor: which brand may see what is not decided yet. A visitor who is not signed
/// in is sent to sign in by the gateway.
/// </summary>
internal static class BrandPages
{
    public static void Map(IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup("").RequireAuthorization();
        pages.MapGet("/", Report);
        pages.MapGet("/credit", Orders);
        pages.MapGet("/credit/{orderId:guid}", Order);
    }

    /// <summary>A model or cursor that is not ours begins again at the top: on a page that is kinder than an error.</summary>
    private static async Task<IResult> Report(
        [AsParameters] ReportRequest request, HttpContext context, SiteAddresses sites, ReportQueries reports, CancellationToken cancellation)
    {
        var report = await reports.Read(request, cancellation);
        return report.Succeeded
            ? new RazorComponentResult<ReportPage>(new { Page = BrandPage.Of(context, sites), Report = report.Value })
            : TypedResults.Redirect("/");
    }

    private static async Task<IResult> Orders(
        string? before, HttpContext context, SiteAddresses sites, OrderQueries orders, CancellationToken cancellation)
    {
        var page = await orders.Latest(before, PageBounds.Default, cancellation);
        return page.Succeeded
            ? new RazorComponentResult<OrdersPage>(new { Page = BrandPage.Of(context, sites), Orders = page.Value })
            : TypedResults.Redirect("/credit");
    }

    private static async Task<IResult> Order(
        Guid orderId, int? statement, HttpContext context, SiteAddresses sites, OrderExplanations orders, CancellationToken cancellation)
    {
        var order = await orders.Find(orderId, statement, cancellation);
        return new RazorComponentResult<OrderPageView>(new { Page = BrandPage.Of(context, sites), Order = order.Value })
        {
            StatusCode = order.Succeeded ? StatusCodes.Status200OK : StatusCodes.Status404NotFound,
        };
    }
}
