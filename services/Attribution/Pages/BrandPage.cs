using System.Globalization;
using Hutong.Attribution.Crediting;
using Hutong.Web;

namespace Hutong.Attribution.Pages;

/// <summary>What every page of the brands' site needs to know of its request, and the words they share.</summary>
/// <param name="Language">Chinese or English.</param>
/// <param name="Sites">The public addresses.</param>
/// <param name="Path">This page's path and query, to return to.</param>
public sealed record BrandPage(Language Language, SiteAddresses Sites, string Path)
{
    /// <summary>Reads the request and sets the page's security headers.</summary>
    public static BrandPage Of(HttpContext context, SiteAddresses sites)
    {
        context.Response.SetPageHeaders(sites.Origin);
        return new BrandPage(Language.Of(context), sites, context.Request.Path + context.Request.QueryString);
    }

    public string Time(DateTimeOffset at) => $"{at.ToUniversalTime().ToString("g", Language.Culture)} UTC";

    public string Number(long number) => number.ToString("N0", Language.Culture);

    /// <summary>A part of a whole, in percent; a dash where there is no whole.</summary>
    public string Percent(long part, long whole) =>
        whole == 0 ? "–" : ((decimal)part / whole).ToString("P1", Language.Culture);

    public string Model(string model) => model == CreditModel.LastTouch.Name
        ? Language.Pick("末次触点", "Last touch")
        : Language.Pick("线性", "Linear");

    public string Channel(string channel) => channel switch
    {
        "social" => Language.Pick("社交动态", "Social posts"),
        "embed" => Language.Pick("嵌入卡片", "Embedded cards"),
        "shop" => Language.Pick("商店页面", "Shop pages"),
        _ => channel,
    };

    /// <summary>A post's name: what it is, and the end of its id to tell it from others. Who wrote it, the social site shows.</summary>
    public string Post(Guid postId, int depth) =>
        (depth == 0 ? Language.Pick("原帖", "Post") : Language.Pick($"第 {depth} 层转发", $"Repost, level {depth}")) + $" {postId.ToString("N")[^6..]}";

    public string Cause(string cause) => cause switch
    {
        CreditCause.OrderConfirmed => Language.Pick("订单确认", "The order was confirmed"),
        CreditCause.ClickArrived => Language.Pick("补记点击", "An earlier click came to be known"),
        CreditCause.PostArrived => Language.Pick("补记动态", "A post on the path came to be known"),
        _ => cause,
    };

    public string Reason(string reason) => reason switch
    {
        PathStep.Self => Language.Pick("买家本人的转发", "The buyer's own"),
        ClickWindow.AfterConversion => Language.Pick("下单之后", "After the order"),
        ClickWindow.OutsideWindow => Language.Pick("超出时限", "Outside the window"),
        ClickWindow.OtherProduct => Language.Pick("其他商品", "Another product"),
        ClickWindow.NotAClick => Language.Pick("转发不是点击", "A repost, not a click"),
        _ => reason,
    };

    public static string Fraction(Share share) =>
        share.Parts == share.Of ? "1" : share.Parts == 0 ? "0" : string.Create(CultureInfo.InvariantCulture, $"{share.Parts}/{share.Of}");
}
