using System.Text.RegularExpressions;
using Hutong.Web;

namespace Hutong.CommerceCard.Products;

/// <summary>Product ids and the addresses that lead to products. An address is read, never fetched.</summary>
internal static partial class ProductLink
{
    /// <summary>Ids that would hide behind addresses of ours: <c>/cards/live</c>, <c>/cards/by-link</c>.</summary>
    private static readonly string[] Reserved = ["live", "by-link"];

    /// <summary>Whether an id fits an address and a stream id: letters, digits, <c>_</c> and <c>-</c>, at most 50.</summary>
    public static bool IsId(string id) => Id().IsMatch(id) && !Reserved.Contains(id, StringComparer.OrdinalIgnoreCase);

    /// <summary>The product that an address of our own shop, or of the public origin, leads to; null for any other.</summary>
    public static string? Find(string? address, SiteAddresses sites)
    {
        if (address is not { Length: <= 2_000 } || !Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.UserInfo.Length > 0)
            return null;
        var site = uri.GetLeftPart(UriPartial.Authority);
        if (!string.Equals(site, sites.Shop, StringComparison.OrdinalIgnoreCase)
            && !string.Equals(site, sites.Origin, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }
        return uri.AbsolutePath.Split('/') is ["", "products", var id] && IsId(id) ? id : null;
    }

    [GeneratedRegex("^[A-Za-z0-9_-]{1,50}$")]
    private static partial Regex Id();
}
