namespace Hutong.Gateway.Pages;

/// <summary>What a browser tells of its requests (Fetch Metadata, W3C).</summary>
internal static class Navigation
{
    /// <summary>Whether HTML is among what the caller takes.</summary>
    public static bool TakesHtml(this HttpRequest request) =>
        request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a person opens a page in a window or tab of their browser. Robots and link previews do not say so.</summary>
    public static bool IsNavigation(this HttpRequest request) =>
        HttpMethods.IsGet(request.Method)
        && request.TakesHtml()
        && request.Headers["Sec-Fetch-Mode"] == "navigate"
        && request.Headers["Sec-Fetch-Dest"].ToString() is "" or "document";

    /// <summary>The request's path and query, to return to.</summary>
    public static string ReturnPath(this HttpRequest request) =>
        $"{request.PathBase.ToUriComponent()}{request.Path.ToUriComponent()}{request.QueryString.ToUriComponent()}";
}
