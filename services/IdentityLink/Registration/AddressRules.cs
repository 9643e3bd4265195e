using System.Net;
using Hutong.ServiceDefaults.Outgoing;

namespace Hutong.IdentityLink.Registration;

/// <summary>Which addresses a client may register.</summary>
internal static class AddressRules
{
    public const int Longest = 512;

    /// <summary>
    /// What is wrong with an address to which a browser is sent (RFC 9700, section 4.1.1; RFC 8252, sections 7 and 8.4); null
    /// where it is fit.
    /// </summary>
    public static string? RedirectFault(string text, bool isNative)
    {
        if (!IsPlain(text) || !Uri.TryCreate(text, UriKind.Absolute, out var address) || address.IsFile)
            return "A redirect address is absolute, and has no wildcard, no fragment and no user.";
        if (address.Scheme == Uri.UriSchemeHttps)
            return IsOfNamedHost(address) ? null : "The host of a redirect address is a name of the internet.";
        if (!isNative)
            return "A redirect address of a web client begins with https.";
        if (address.Scheme == Uri.UriSchemeHttp)
        {
            return address.Host is "127.0.0.1" or "[::1]"
                ? null
                : "A native client listens at 127.0.0.1 or [::1] with http, and not at a name: localhost may lead elsewhere (RFC 8252, section 8.3).";
        }
        return address.Scheme.Contains('.', StringComparison.Ordinal) && !text.Contains("://", StringComparison.Ordinal)
            ? null
            : "A scheme of one's own is a domain name in reverse, followed by a single slash (RFC 8252, section 7.1).";
    }

    /// <summary>Whether people can be shown the way to it.</summary>
    public static bool IsWebPage(string text) =>
        IsPlain(text) && Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps && IsOfNamedHost(address);

    /// <summary>Whether it may be called by us, see <see cref="PartnerCalls"/>.</summary>
    public static bool MayBeCalled(string text, PartnerCallOptions options) =>
        IsPlain(text) && Uri.TryCreate(text, UriKind.Absolute, out var address) && PartnerCalls.MayCall(address, options, isConfigured: false)
        && (IsOfNamedHost(address) || options.Exempts(address, isConfigured: false));

    /// <summary>As it is compared: printable ASCII, without what would make two texts one address or one text several.</summary>
    private static bool IsPlain(string text) =>
        text.All(c => c is > ' ' and < (char)127 and not ('*' or '#' or '@' or '\\' or '"' or '<' or '>' or '`' or '{' or '}' or '|' or '^'));

    private static bool IsOfNamedHost(Uri address) =>
        address.HostNameType == UriHostNameType.Dns && address.IdnHost.Contains('.', StringComparison.Ordinal)
        && !address.IdnHost.EndsWith(".localhost", StringComparison.Ordinal) && !address.IdnHost.EndsWith('.')
        && !IPAddress.TryParse(address.IdnHost, out _);
}
