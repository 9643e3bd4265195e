using System.Text.RegularExpressions;

namespace Hutong.IdentityLink.Provider;

/// <summary>
/// The addresses at which a native client listens on the person's own machine (RFC 8252, section 7.3): IP literals, so that
/// no name can lead elsewhere.
/// </summary>
internal static partial class LoopbackAddresses
{
    /// <summary>An address as it is compared, whatever its port; null for one that is none of them.</summary>
    public static string? WithoutPort(string uri) =>
        // Five digits may be no port.
        Pattern().Match(uri) is { Success: true } match && Uri.TryCreate(uri, UriKind.Absolute, out _)
            ? $"{match.Groups["host"]}{match.Groups["rest"]}"
            : null;

    [GeneratedRegex(@"\Ahttp://(?<host>127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?(?<rest>/[^#\s]*)?\z")]
    private static partial Regex Pattern();
}
