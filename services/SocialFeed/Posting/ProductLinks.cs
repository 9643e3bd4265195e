using System.Text.RegularExpressions;
using Hutong.Web;

namespace Hutong.SocialFeed.Posting;

/// <summary>Finds the product a text links to: an address of our own shop or public origin, never fetched.</summary>
public sealed partial class ProductLinks(SiteAddresses sites)
{
    private readonly string[] prefixes = [$"{sites.Shop}/products/", $"{sites.Origin}/products/"];

    /// <summary>The product of the first such link; null for none.</summary>
    public string? Find(string text)
    {
        foreach (Match address in Address().Matches(text))
        {
            foreach (var prefix in prefixes)
            {
                if (!address.Value.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                    continue;
                var id = ProductId().Match(address.Value[prefix.Length..]);
                if (id.Success)
                    return id.Value;
            }
        }
        return null;
    }

    [GeneratedRegex(@"https?://\S+")]
    private static partial Regex Address();

    [GeneratedRegex("^[A-Za-z0-9._-]{1,50}")]
    private static partial Regex ProductId();
}
