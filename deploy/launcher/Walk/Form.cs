using System.Net;
using System.Text.RegularExpressions;

namespace Hutong.Launcher.Walk;

/// <summary>A form on a page: where it goes, what it carries, which buttons it has.</summary>
/// <param name="Action">Where it is sent, absolute.</param>
/// <param name="IsPost">Its method.</param>
/// <param name="Fields">What a browser would send if nothing is filled in: names with their values.</param>
/// <param name="Buttons">Its submit buttons, named or not.</param>
internal sealed partial record Form(
    Uri Action, bool IsPost, IReadOnlyList<KeyValuePair<string, string>> Fields, IReadOnlyList<FormButton> Buttons)
{
    /// <summary>Every form of an HTML document.</summary>
    public static IEnumerable<Form> In(string html, Uri page)
    {
        foreach (Match form in FormElement().Matches(html))
        {
            var attributes = Attributes(form.Groups["attributes"].Value);
            var content = form.Groups["content"].Value;
            yield return new Form(
                new Uri(page, attributes.GetValueOrDefault("action", page.PathAndQuery)),
                attributes.GetValueOrDefault("method", "get").Equals("post", StringComparison.OrdinalIgnoreCase),
                [.. Inputs(content), .. TextAreas(content)],
                [.. ButtonsIn(content)]);
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Inputs(string content)
    {
        foreach (Match input in InputElement().Matches(content))
        {
            var attributes = Attributes(input.Groups["attributes"].Value);
            if (!attributes.TryGetValue("name", out var name) || attributes.ContainsKey("disabled"))
                continue;
            var type = attributes.GetValueOrDefault("type", "text");
            var isChoice = type is "radio" or "checkbox";
            if (type is "submit" or "button" or "image" or "reset" || (isChoice && !attributes.ContainsKey("checked")))
                continue;
            yield return new(name, attributes.GetValueOrDefault("value", isChoice ? "on" : ""));
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> TextAreas(string content)
    {
        foreach (Match area in TextAreaElement().Matches(content))
            if (Attributes(area.Groups["attributes"].Value).TryGetValue("name", out var name))
                yield return new(name, WebUtility.HtmlDecode(area.Groups["content"].Value));
    }

    private static IEnumerable<FormButton> ButtonsIn(string content)
    {
        foreach (Match button in ButtonElement().Matches(content))
        {
            var attributes = Attributes(button.Groups["attributes"].Value);
            if (attributes.GetValueOrDefault("type", "submit") == "submit")
                yield return new FormButton(
                    attributes.GetValueOrDefault("name"), attributes.GetValueOrDefault("value", ""));
        }
    }

    private static Dictionary<string, string> Attributes(string text)
    {
        var attributes = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (Match attribute in Attribute().Matches(text))
            attributes[attribute.Groups["name"].Value] = WebUtility.HtmlDecode(
                attribute.Groups["quoted"].Value + attribute.Groups["single"].Value + attribute.Groups["bare"].Value);
        return attributes;
    }

    // Our own pages and the simulators' are what is read here: well-formed, no form inside another.
    [GeneratedRegex("""<form\b(?<attributes>[^>]*)>(?<content>.*?)</form>""", RegexOptions.Singleline | RegexOptions.IgnoreCase)]
    private static partial Regex FormElement();

    [GeneratedRegex("""<input\b(?<attributes>(?:"[^"]*"|'[^']*'|[^'">])*)>""", RegexOptions.IgnoreCase)]
    private static partial Regex InputElement();

    [GeneratedRegex("""<textarea\b(?<attributes>[^>]*)>(?<content>.*?)</textarea>""", RegexOptions.Singleline | RegexOptions.IgnoreCase)]
    private static partial Regex TextAreaElement();

    [GeneratedRegex("""<button\b(?<attributes>(?:"[^"]*"|'[^']*'|[^'">])*)>""", RegexOptions.IgnoreCase)]
    private static partial Regex ButtonElement();

    [GeneratedRegex("""(?<name>[^\s=/"'>]+)(?:\s*=\s*(?:"(?<quoted>[^"]*)"|'(?<single>[^']*)'|(?<bare>[^\s"'>]+)))?""")]
    private static partial Regex Attribute();
}

/// <summary>A submit button; its name and value are sent when it is the one pressed.</summary>
internal sealed record FormButton(string? Name, string Value);
