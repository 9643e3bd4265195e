namespace Hutong.IdentityLink.Pages;

/// <summary>
/// A client's address as <c>form-action</c> of a content security policy names it. Browsers hold every redirect that follows a
/// form against it, the client's own too, of which we do not know: so it is the scheme, where any page may be at it.
/// </summary>
internal static class FormTarget
{
    /// <summary>The source for an address.</summary>
    public static string Of(string address)
    {
        var target = new Uri(address);
        return target.Scheme == Uri.UriSchemeHttp && target.HostNameType is UriHostNameType.Dns or UriHostNameType.IPv4
            ? target.GetLeftPart(UriPartial.Authority)
            // A policy knows no IPv6 literals, and no hosts of a private scheme (CSP Level 3, section 2.3.1).
            : $"{target.Scheme}:";
    }
}
