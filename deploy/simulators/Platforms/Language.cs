namespace Hutong.Simulators.Platforms;

/// <summary>The language of a page: Chinese, unless the visitor prefers English.</summary>
public sealed record Language(bool English)
{
    public string Tag => English ? "en" : "zh-CN";

    /// <summary>Weibo has <c>language=en</c>; elsewhere it is the browser that says.</summary>
    public static Language Of(HttpRequest request)
    {
        var asked = request.Query["language"].ToString();
        if (asked.Length > 0)
            return new Language(asked == "en");
        var preferred = request.GetTypedHeaders().AcceptLanguage
            .OrderByDescending(language => language.Quality ?? 1)
            .Select(language => language.Value.ToString())
            .FirstOrDefault(tag => IsA(tag, "zh") || IsA(tag, "en"));
        return new Language(preferred is not null && IsA(preferred, "en"));
    }

    public string Say(string chinese, string english) => English ? english : chinese;

    private static bool IsA(string tag, string language) =>
        tag.StartsWith(language, StringComparison.OrdinalIgnoreCase) && (tag.Length == 2 || tag[2] == '-');
}
