namespace Hutong.IdentityLink.Sessions;

/// <summary>
/// In what somebody signed in, coarse enough to tell nobody from the next one: names of a fixed list, and null for whatever
/// is not on it. What a browser says of itself in full is a fingerprint, and is not kept.
/// </summary>
/// <param name="Browser">The browser, or the app whose window it is.</param>
/// <param name="System">The operating system.</param>
public sealed record Device(string? Browser, string? System)
{
    // The first that is found counts: most browsers also name those they want to be taken for.
    private static readonly (string Sign, string Name)[] Apps =
    [
        ("MicroMessenger", "WeChat"), ("Weibo", "Weibo"), ("MQQBrowser", "QQ Browser"), ("QQBrowser", "QQ Browser"), (" QQ/", "QQ"),
        ("UCBrowser", "UC Browser"), ("Quark", "Quark"), ("MiuiBrowser", "Mi Browser"), ("HuaweiBrowser", "Huawei Browser"),
        ("SamsungBrowser", "Samsung Internet"),
    ];

    private static readonly (string Sign, string Name)[] Brands =
        [("Microsoft Edge", "Edge"), ("Opera", "Opera"), ("Samsung Internet", "Samsung Internet"), ("Google Chrome", "Chrome")];

    private static readonly (string Sign, string Name)[] Browsers =
    [
        ("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];

    private static readonly (string Sign, string Name)[] Systems =
    [
        ("OpenHarmony", "HarmonyOS"), ("HarmonyOS", "HarmonyOS"), ("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iOS"),
        ("iPad", "iPadOS"), ("iOS", "iOS"), ("CrOS", "ChromeOS"), ("Chrome OS", "ChromeOS"), ("Macintosh", "macOS"), ("macOS", "macOS"),
        ("Linux", "Linux"),
    ];

    /// <summary>
    /// The device of a request, by its client hints (https://wicg.github.io/ua-client-hints/, section 3) and its user agent.
    /// A hint outweighs the user agent, which says "Linux" on a phone that asks for the desktop's page.
    /// </summary>
    public static Device Of(HttpRequest request)
    {
        var agent = request.Headers.UserAgent.ToString();
        return new(
            Find(Apps, agent) ?? Find(Brands, request.Headers["Sec-CH-UA"].ToString()) ?? Find(Browsers, agent),
            Find(Systems, request.Headers["Sec-CH-UA-Platform"].ToString()) ?? Find(Systems, agent));
    }

    private static string? Find((string Sign, string Name)[] known, string text) =>
        known.FirstOrDefault(one => text.Contains(one.Sign, StringComparison.Ordinal)).Name;
}
