using System.Security.Claims;
using Hutong.CommerceCard.Cards;
using Hutong.CommerceCard.Ordering;
using Hutong.CommerceCard.Paying;
using Hutong.CommerceCard.Products;
using Hutong.ServiceDefaults.Authentication;
using Hutong.Web;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Hutong.CommerceCard.Pages;

/// <summary>
/// The shop site: products, checkout, purchases. Its forms need no token against forgery: the gateway refuses a post
/// from another site, and this service accepts nothing but the gateway's internal token.
/// </summary>
internal static class ShopPages
{
    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/", Home);
        app.MapPost("/checkout", Order).DisableAntiforgery();
        app.MapGet("/checkout/{orderId:guid}", Checkout);
        app.MapPost("/checkout/{orderId:guid}/pay", Pay).RequireAuthorization().DisableAntiforgery();
        app.MapGet("/purchases", Purchases);
    }

    /// <summary>A cursor that is not ours begins again at the top: on a page that is kinder than an error.</summary>
    private static async Task<IResult> Home(
        string? after, HttpContext http, SiteAddresses sites, ProductQueries products, CancellationToken cancellation)
    {
        var page = await products.After(after, ProductQueries.DefaultPage, cancellation);
        return page.Succeeded
            ? new RazorComponentResult<HomePage>(new { Page = ShopPage.Of(http, sites), Products = page.Value })
            : TypedResults.Redirect("/");
    }

    private static async Task<IResult> Order(
        [FromForm] string? product, [FromForm] int? quantity, [FromForm] Guid? via, [FromForm] string? key, HttpContext http,
        SiteAddresses sites, OrderCommands commands, CardReader cards, CancellationToken cancellation)
    {
        var page = ShopPage.Of(http, sites);
        if (page.PersonId is not { } personId)
            return TypedResults.Redirect((page with { Path = $"/products/{Uri.EscapeDataString(product ?? "")}" }).SignIn);
        var outcome = await commands.Place(personId, new PlaceOrderRequest(product, quantity, via), FormKey(key), cancellation);
        if (outcome.Succeeded)
            return TypedResults.Redirect($"/checkout/{outcome.Value.OrderId}");
        return new RazorComponentResult<ProductPageView>(new
        {
            Page = page with { Path = $"/products/{product}" },
            Card = await cards.Find(product ?? "", cancellation),
            Via = via,
            Problem = Text(page, outcome.Rejection.Code),
        })
        {
            StatusCode = StatusCodes.Status409Conflict,
        };
    }

    private static async Task<IResult> Checkout(
        Guid orderId, HttpContext http, SiteAddresses sites, OrderQueries orders, CardReader cards, CancellationToken cancellation)
    {
        var page = ShopPage.Of(http, sites);
        return page.PersonId is { } personId
            ? await ShowOrder(page, personId, orderId, orders, cards, null, cancellation)
            : TypedResults.Redirect(page.SignIn);
    }

    private static async Task<IResult> Pay(
        Guid orderId, [FromForm] string? token, [FromForm] string? key, HttpContext http, ClaimsPrincipal caller,
        SiteAddresses sites, PaymentCommands commands, OrderQueries orders, CardReader cards, CancellationToken cancellation)
    {
        var outcome = await commands.Pay(caller.PersonId(), orderId, token, FormKey(key), cancellation);
        if (outcome.Succeeded)
            return TypedResults.Redirect($"/checkout/{orderId}");
        var page = ShopPage.Of(http, sites) with { Path = $"/checkout/{orderId}" };
        return await ShowOrder(page, caller.PersonId(), orderId, orders, cards, Text(page, outcome.Rejection.Code), cancellation);
    }

    private static async Task<IResult> Purchases(
        string? before, HttpContext http, SiteAddresses sites, OrderQueries orders, CancellationToken cancellation)
    {
        var page = ShopPage.Of(http, sites);
        if (page.PersonId is not { } personId)
            return TypedResults.Redirect(page.SignIn);
        var found = await orders.Of(personId, before, null, cancellation);
        return found.Succeeded
            ? new RazorComponentResult<PurchasesPage>(new { Page = page, Orders = found.Value })
            : TypedResults.Redirect("/purchases");
    }

    private static async Task<IResult> ShowOrder(
        ShopPage page, Guid personId, Guid orderId, OrderQueries orders, CardReader cards, string? problem, CancellationToken cancellation)
    {
        if (await orders.Find(personId, orderId, cancellation) is not { } order)
            return TypedResults.NotFound();
        return new RazorComponentResult<CheckoutPage>(new
        {
            Page = page,
            Order = order,
            Product = (await cards.Find(order.ProductId, cancellation))?.Title,
            Problem = problem,
        })
        {
            StatusCode = problem is null ? StatusCodes.Status200OK : StatusCodes.Status409Conflict,
        };
    }

    /// <summary>The key rendered into the form; a form that came without one is its own request.</summary>
    private static string FormKey(string? key) => key is { Length: > 0 and <= 255 } ? key : Guid.CreateVersion7().ToString();

    private static string Text(ShopPage page, string code) => code switch
    {
        CommerceProblems.SoldOut => page.Language.Pick("库存不够了。", "Not enough is left."),
        CommerceProblems.QuantityInvalid => page.Language.Pick("请选择 1 到 100 件。", "Choose 1 to 100 units."),
        CommerceProblems.ProductUnknown => page.Language.Pick("没有这件商品。", "There is no such product."),
        CommerceProblems.PaymentDeclined => page.Language.Pick("付款被拒绝，请换一种方式。", "The payment was declined. Pay in another way."),
        CommerceProblems.OrderAlreadyPaid => page.Language.Pick("该订单已付款，没有再次扣款。", "This order is paid already; nothing was charged again."),
        CommerceProblems.OrderExpired => page.Language.Pick("订单已过期，请重新下单。", "The order has expired. Order again."),
        CommerceProblems.PaymentInProgress => page.Language.Pick("另一笔付款正在处理。", "Another payment is under way."),
        _ => page.Language.Pick("没有成功，请再试一次。", "That did not work. Try again."),
    };
}
