using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Hutong.Web;

/// <summary>The language of a page: Chinese or English, as equals.</summary>
public sealed class Language
{
    /// <summary>The cookie that remembers a choice made on a page.</summary>
    public const string CookieName = "hutong-language";

    private Language(string tag) => (Tag, Culture) = (tag, CultureInfo.GetCultureInfo(tag));

    /// <summary>Simplified Chinese.</summary>
    public static Language Chinese { get; } = new("zh-CN");

    /// <summary>English.</summary>
    public static Language English { get; } = new("en-US");

    /// <summary>BCP 47 tag, for <c>lang</c> attributes.</summary>
    public string Tag { get; }

    /// <summary>For dates and numbers.</summary>
    public CultureInfo Culture { get; }

    /// <summary>The other language, for the switch in the page's head.</summary>
    public Language Other => this == Chinese ? English : Chinese;

    /// <summary>Picks the text in this language. Both stand side by side in the code, so neither can be forgotten.</summary>
    public string Pick(string chinese, string english) => this == Chinese ? chinese : english;

    /// <summary>A price such as <c>¥12.34</c> or <c>$12.34</c>, by currency and language.</summary>
    /// <param name="minor">Minor units: fen, cents.</param>
    /// <param name="currency">ISO 4217; currencies with two decimals.</param>
    public string Price(long minor, string currency)
    {
        var symbol = currency switch
        {
            "CNY" => this == Chinese ? "¥" : "CN¥",
            "USD" => this == Chinese ? "US$" : "$",
            _ => $"{currency} ",
        };
        return symbol + (minor / 100m).ToString("N2", Culture);
    }

    /// <summary>
    /// The language asked for: <c>ui_locales</c> (OpenID Connect Core, section 3.1.2.1), then the remembered choice,
    /// then <c>Accept-Language</c>; English when none of them is Chinese or English.
    /// </summary>
    public static Language Of(HttpContext context)
    {
        var request = context.Request;
        var remembered = request.Cookies[CookieName] ?? "";
        return FromTags([.. request.Query["ui_locales"].ToString().Split(' '), remembered])
            ?? FromTags(AcceptLanguage(request))
            ?? English;
    }

    /// <summary>The first tag that is Chinese or English; null if none is.</summary>
    public static Language? FromTags(IEnumerable<string> tags) => tags
        .Select(tag => tag.StartsWith("zh", StringComparison.OrdinalIgnoreCase) ? Chinese
            : tag.StartsWith("en", StringComparison.OrdinalIgnoreCase) ? English
            : null)
        .FirstOrDefault(language => language is not null);

    private static IEnumerable<string> AcceptLanguage(HttpRequest request) =>
        StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptLanguage, out var values)
            ? values.OrderByDescending(v => v.Quality ?? 1).Select(v => v.Value.ToString())
            : [];
}
