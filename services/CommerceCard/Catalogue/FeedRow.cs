using System.Globalization;
using Hutong.CommerceCard.Products;

namespace Hutong.CommerceCard.Catalogue;

/// <summary>One product of a feed, checked.</summary>
/// <param name="Line">Its line in the feed, from 1.</param>
/// <param name="Id">The product.</param>
/// <param name="PriceMinor">Minor units of <paramref name="Currency"/>.</param>
/// <param name="Quantity">Units in stock.</param>
internal sealed record FeedRow(int Line, string Id, ProductDetails Details, long PriceMinor, string Currency, int Quantity);

/// <summary>A line that was not imported.</summary>
/// <param name="Line">From 1; the header is line 1.</param>
/// <param name="Code">What is wrong with it.</param>
public sealed record RejectedLine(int Line, string Code);

/// <summary>
/// Checks the values of one line against Google's product data specification
/// (https://support.google.com/merchants/answer/7052112); <c>quantity</c> is that of its local inventory feed.
/// </summary>
internal static class FeedRowCheck
{
    private const int MaxTitle = 150;
    private const int MaxDescription = 5_000;
    private const int MaxText = 750;
    private const int MaxAddress = 2_000;
    private const int MaxQuantity = 1_000_000;

    /// <summary>As much as a price may be, in minor units: quantities times it stay far inside 64 bits.</summary>
    private const long MaxPriceMinor = 100_000_000_00;

    private static readonly string[] Availabilities = ["in_stock", "out_of_stock", "preorder", "backorder"];
    private static readonly string[] Conditions = ["new", "refurbished", "used"];

    /// <summary>Currencies with two decimals that prices are shown in.</summary>
    private static readonly string[] Currencies = ["CNY", "USD"];

    /// <summary>Reads a line's values.</summary>
    /// <param name="line">Its number.</param>
    /// <param name="value">The value of an attribute; empty for none.</param>
    /// <param name="row">The product.</param>
    /// <returns>Null, or the code of the first thing that is wrong.</returns>
    public static string? Read(int line, Func<string, string> value, out FeedRow? row)
    {
        row = null;
        var (price, currency, quantity) = (0L, "", 0);
        var (id, title, description) = (value("id"), value("title"), value("description"));
        var (link, image) = (value("link"), value("image_link"));
        var (availability, condition) = (Word(value("availability")), value("condition") is { Length: > 0 } c ? Word(c) : "new");
        var wrong =
            id.Length == 0 ? "id_missing"
            : !ProductLink.IsId(id) ? "id_invalid"
            : title.Length == 0 ? "title_missing"
            : title.Length > MaxTitle ? "title_too_long"
            : description.Length > MaxDescription ? "description_too_long"
            : value("brand").Length > MaxText || value("product_type").Length > MaxText ? "text_too_long"
            : !IsAddress(link) ? "link_invalid"
            : image.Length > 0 && !IsAddress(image) ? "image_link_invalid"
            : !Availabilities.Contains(availability) ? "availability_unknown"
            : !Conditions.Contains(condition) ? "condition_unknown"
            : null;
        if ((wrong ?? ReadPrice(value("price"), out price, out currency) ?? ReadQuantity(value("quantity"), out quantity)) is { } code)
            return code;
        var details = new ProductDetails(
            title, description, link, OrNull(image), OrNull(value("brand")), OrNull(value("product_type")), condition, availability);
        row = new FeedRow(line, id, details, price, currency, quantity);
        return null;
    }

    /// <summary>Reads <c>12.34 USD</c>: a dot, at most two decimals, then ISO 4217.</summary>
    private static string? ReadPrice(string text, out long minor, out string currency)
    {
        (minor, currency) = (0, "");
        if (text.Split(' ') is not [var number, var code])
            return "price_invalid";
        if (!Currencies.Contains(code))
            return "currency_unknown";
        const NumberStyles Plain = NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign;
        if (!decimal.TryParse(number, Plain, CultureInfo.InvariantCulture, out var amount) || decimal.Round(amount, 2) != amount)
            return "price_invalid";
        if (amount <= 0)
            return "price_not_positive";
        if (amount * 100 > MaxPriceMinor)
            return "price_too_high";
        (minor, currency) = ((long)(amount * 100), code);
        return null;
    }

    private static string? ReadQuantity(string text, out int quantity)
    {
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out quantity))
            return "quantity_invalid";
        return quantity switch
        {
            < 0 => "quantity_negative",
            > MaxQuantity => "quantity_too_high",
            _ => null,
        };
    }

    private static bool IsAddress(string text) =>
        text.Length <= MaxAddress && Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https";

    /// <summary>Google takes both <c>in stock</c> and <c>in_stock</c>.</summary>
    private static string Word(string text) => text.Replace(' ', '_').ToLowerInvariant();

    private static string? OrNull(string text) => text.Length == 0 ? null : text;
}
