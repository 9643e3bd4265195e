using Microsoft.Extensions.Configuration;

namespace Hutong.Web;

/// <summary>The public addresses, without a trailing slash, from section <c>Public</c>.</summary>
/// <param name="Origin">The provider, the APIs and the embeds (<c>Public:Origin</c>).</param>
/// <param name="Social">The social site (<c>Public:Sites:social</c>).</param>
/// <param name="Shop">The shop site (<c>Public:Sites:shop</c>).</param>
/// <param name="Brand">The brands' site (<c>Public:Sites:brand</c>).</param>
public sealed record SiteAddresses(string Origin, string Social, string Shop, string Brand)
{
    /// <summary>Reads and checks the addresses.</summary>
    /// <exception cref="InvalidOperationException">A key is missing or not an http(s) origin.</exception>
    public static SiteAddresses From(IConfiguration configuration) => new(
        Read(configuration, "Public:Origin"),
        Read(configuration, "Public:Sites:social"),
        Read(configuration, "Public:Sites:shop"),
        Read(configuration, "Public:Sites:brand"));

    private static string Read(IConfiguration configuration, string key) =>
        Uri.TryCreate(configuration[key], UriKind.Absolute, out var address)
        && address.Scheme is "http" or "https" && address.AbsolutePath == "/"
            ? address.GetLeftPart(UriPartial.Authority)
            : throw new InvalidOperationException($"{key} must be set to an origin such as http://localhost:8080.");
}
