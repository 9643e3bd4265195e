namespace Hutong.Launcher.Walk;

/// <summary>
/// A browser's cookies (RFC 6265), as far as our hosts need: cookies belong to one host; <c>Secure</c> ones
/// are kept over plain http too, because browsers trust <c>localhost</c> and its subdomains.
/// </summary>
internal sealed class Cookies
{
    private readonly List<Cookie> _cookies = [];

    private sealed record Cookie(string Host, string Path, string Name, string Value);

    public IReadOnlyCollection<string> NamesAt(string host) =>
        [.. _cookies.Where(cookie => cookie.Host == host).Select(cookie => cookie.Name)];

    /// <summary>The <c>Cookie</c> header for a request; null when there is nothing to send.</summary>
    public string? HeaderFor(Uri address)
    {
        var sent = _cookies
            .Where(cookie => cookie.Host == address.Host && Covers(cookie.Path, address.AbsolutePath))
            .OrderByDescending(cookie => cookie.Path.Length)
            .Select(cookie => $"{cookie.Name}={cookie.Value}")
            .ToList();
        return sent.Count == 0 ? null : string.Join("; ", sent);
    }

    /// <summary>Takes in one <c>Set-Cookie</c> header.</summary>
    public void Take(Uri from, string header, DateTimeOffset now)
    {
        var parts = header.Split(';', StringSplitOptions.TrimEntries);
        var (name, value) = Pair(parts[0]);
        var attributes = parts.Skip(1).Select(Pair).ToLookup(
            pair => pair.Name, pair => pair.Value, StringComparer.OrdinalIgnoreCase);
        var path = attributes["Path"].LastOrDefault() is ['/', ..] given ? given : DefaultPath(from);
        if (name.StartsWith("__Host-", StringComparison.Ordinal)
            && (!attributes.Contains("Secure") || attributes.Contains("Domain") || path != "/"))
            return;

        _cookies.RemoveAll(cookie => cookie.Host == from.Host && cookie.Path == path && cookie.Name == name);
        if (!IsOver(attributes, now))
            _cookies.Add(new Cookie(from.Host, path, name, value));
    }

    private static bool IsOver(ILookup<string, string> attributes, DateTimeOffset now)
    {
        if (long.TryParse(attributes["Max-Age"].LastOrDefault(), out var seconds))
            return seconds <= 0;
        return DateTimeOffset.TryParse(
            attributes["Expires"].LastOrDefault(), System.Globalization.CultureInfo.InvariantCulture, out var expires)
            && expires <= now;
    }

    private static (string Name, string Value) Pair(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (text, "") : (text[..equals].Trim(), text[(equals + 1)..].Trim());
    }

    private static bool Covers(string cookiePath, string path) =>
        path == cookiePath
        || path.StartsWith(cookiePath.EndsWith('/') ? cookiePath : cookiePath + "/", StringComparison.Ordinal);

    private static string DefaultPath(Uri from)
    {
        var lastSlash = from.AbsolutePath.LastIndexOf('/');
        return lastSlash <= 0 ? "/" : from.AbsolutePath[..lastSlash];
    }
}
