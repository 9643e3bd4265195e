namespace Hutong.Gateway.Sessions;

/// <summary>
/// The gateway's cookies on a site's host. The <c>__Host-</c> prefix keeps other hosts and unencrypted networks from
/// planting one (draft-ietf-httpbis-rfc6265bis, section 4.1.3); it asks for <c>Secure</c>, and browsers count
/// <c>http://*.localhost</c> as secure. None of them is ever passed to a service.
/// </summary>
internal static class SessionCookie
{
    /// <summary>What the names of all our cookies begin with; Identity-Link's, on the public host, too.</summary>
    public const string Prefix = "__Host-hutong";

    /// <summary>The session's id.</summary>
    public const string Name = Prefix;

    /// <summary>The browser's secret, which binds a sign-in to the browser that began it.</summary>
    public const string SignInName = $"{Prefix}-signin";

    /// <summary>Remembers, for this browser session, that silent sign-on was tried.</summary>
    public const string SilentName = $"{Prefix}-silent";

    private const int MaxLength = 100;

    /// <summary>The value a browser sent; null where there is none that could be ours.</summary>
    public static string? Read(this HttpRequest request, string name) =>
        request.Cookies[name] is { Length: > 0 and < MaxLength } value ? value : null;

    /// <summary>Gives the browser a cookie.</summary>
    /// <param name="response">The response.</param>
    /// <param name="name">One of the names above.</param>
    /// <param name="value">Its value.</param>
    /// <param name="lifetime">Null: until the browser is closed.</param>
    public static void Give(this HttpResponse response, string name, string value, TimeSpan? lifetime = null) =>
        response.Cookies.Append(name, value, Options(lifetime));

    /// <summary>Takes a cookie back.</summary>
    public static void TakeBack(this HttpResponse response, string name) => response.Cookies.Delete(name, Options(null));

    private static CookieOptions Options(TimeSpan? lifetime) => new()
    {
        HttpOnly = true,
        Secure = true,
        SameSite = SameSiteMode.Lax,
        Path = "/",
        MaxAge = lifetime,
        IsEssential = true,
    };
}
