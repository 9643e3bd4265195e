using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace Hutong.Launcher.Walk;

/// <summary>What a browser shows after a click: the answer at the end of the redirects.</summary>
internal sealed partial record Page(
    Browser Browser, Uri Address, HttpStatusCode Status, string Body, HttpResponseHeaders Headers)
{
    public IReadOnlyList<Form> Forms { get; } = [.. Form.In(Body, Address)];

    /// <summary>Follows the first link whose address begins with a text.</summary>
    /// <exception cref="WalkException">There is none.</exception>
    public Task<Page> Follow(string link, CancellationToken cancellation)
    {
        var found = Link().Matches(Body)
            .Select(match => WebUtility.HtmlDecode(match.Groups["href"].Value))
            .FirstOrDefault(href => href.StartsWith(link, StringComparison.Ordinal))
            ?? throw new WalkException($"{Address} has no link to {link}.");
        return Browser.Open(new Uri(Address, found), cancellation, from: Address);
    }

    /// <summary>Fails unless the page was answered with a success.</summary>
    public Page MustBeThere() => Status == HttpStatusCode.OK
        ? this
        : throw new WalkException($"{Address.GetLeftPart(UriPartial.Path)} answered {(int)Status}: {Text()}");

    /// <summary>The form whose action is a path, or else the one whose action contains it.</summary>
    /// <exception cref="WalkException">There is none, or more than one.</exception>
    public Form FormTo(string action)
    {
        var found = Forms.Where(form => form.Action.AbsolutePath == action).ToList();
        if (found.Count == 0)
            found = [.. Forms.Where(form => form.Action.PathAndQuery.Contains(action, StringComparison.Ordinal))];
        return found.Count == 1
            ? found[0]
            : throw new WalkException(
                $"{Address} has {found.Count} forms to {action}; it has forms to: " +
                string.Join(", ", Forms.Select(form => form.Action.AbsolutePath)) + ".");
    }

    /// <summary>Fills in a form, presses a button and follows where it leads.</summary>
    /// <param name="form">One of this page's.</param>
    /// <param name="entries">What the person enters, by field name.</param>
    /// <param name="button">The value of the button pressed; the first when null.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public Task<Page> Submit(
        Form form, IReadOnlyDictionary<string, string> entries, string? button, CancellationToken cancellation)
    {
        var pressed = button is null
            ? form.Buttons is [var first, ..] ? first : null
            : form.Buttons.FirstOrDefault(candidate => candidate.Value == button)
                ?? throw new WalkException($"The form to {form.Action.AbsolutePath} has no button '{button}'.");
        var sent = form.Fields.Where(field => !entries.ContainsKey(field.Key)).Concat(entries).ToList();
        if (pressed?.Name is { } name)
            sent.Add(new(name, pressed.Value));
        return Browser.Send(form, sent, from: Address, cancellation);
    }

    /// <summary>What the page's main part says, for a message.</summary>
    private string Text()
    {
        var main = Body.IndexOf("<main", StringComparison.Ordinal);
        var text = Spaces().Replace(Tag().Replace(main < 0 ? Body : Body[main..], " "), " ").Trim();
        return WebUtility.HtmlDecode(text.Length <= 300 ? text : text[..300] + "…");
    }

    [GeneratedRegex("""<a\b[^>]*\bhref=["](?<href>[^"]*)""", RegexOptions.IgnoreCase)]
    private static partial Regex Link();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
