using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.WebUtilities;

namespace Hutong.IdentityLink.Tests.Hosting;

/// <summary>
/// As much of a browser as the pages need: cookies (also the secure ones, as browsers have it for localhost), forms,
/// and no redirect that a test does not follow by itself.
/// </summary>
public sealed partial class TestBrowser : IDisposable
{
    private readonly HttpClient client;
    private readonly Func<Uri> service;
    private readonly int platformPort;

    public TestBrowser(IdentityService identity, SimulatedPlatforms platforms)
        : this(() => identity.Address, platforms.Port)
    {
    }

    /// <summary>A browser whose every request goes to the next of several instances.</summary>
    public TestBrowser(Func<Uri> service, int platformPort, string? userAgent = null)
    {
        (this.service, this.platformPort) = (service, platformPort);
        client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        client.DefaultRequestHeaders.Add("Accept", "text/html,application/xhtml+xml");
        client.DefaultRequestHeaders.Add("Accept-Language", "en");
        if (userAgent is not null)
            client.DefaultRequestHeaders.Add("User-Agent", userAgent);
    }

    /// <summary>The cookies of the provider's host.</summary>
    public Dictionary<string, string> Cookies { get; } = [];

    public string SessionCookie => Cookies["__Host-hutong-browser"];

    public Task<Answer> Get(string address) => Send(new HttpRequestMessage(HttpMethod.Get, Resolve(address)));

    public Task<Answer> Post(string address, params (string Name, string Value)[] form) =>
        Send(new HttpRequestMessage(HttpMethod.Post, Resolve(address))
        {
            Content = new FormUrlEncodedContent(form.Select(f => KeyValuePair.Create(f.Name, f.Value))),
        });

    /// <summary>Submits the form of a page that posts to an address.</summary>
    public Task<Answer> Submit(Answer page, string action, params (string Name, string Value)[] more) =>
        Post(action, [.. page.Fields(action), .. more]);

    /// <summary>Follows redirects until a page comes, or the way leads off the provider.</summary>
    public async Task<Answer> Follow(Answer answer)
    {
        while (answer.Location is { } location && IsOurs(location))
            answer = await Get(location);
        return answer;
    }

    /// <summary>Agrees, or not, on a platform's page, and comes back to the callback's answer.</summary>
    public async Task<string> VisitPlatform(string address, string person, string decision = "authorize")
    {
        var answer = await Post(address, ("person", person), ("decision", decision));
        return answer.Location.ShouldNotBeNull($"{answer.Status}");
    }

    /// <summary>From a sign-in page to wherever the sign-in leads.</summary>
    public async Task<Answer> SignIn(Answer signInPage, string person, string platform = "weibo")
    {
        var started = await Submit(signInPage, $"/sign-in/{platform}");
        return await Follow(await Get(await VisitPlatform(started.Location!, person)));
    }

    public async Task<Answer> SignIn(string person, string platform = "weibo") => await SignIn(await Get("/sign-in"), person, platform);

    /// <summary>Links an account from the account page, up to the answer to its confirmation.</summary>
    public async Task<Answer> Link(string person, string platform)
    {
        var confirm = await ProveForLink(person, platform);
        return await Submit(confirm, "/account/link");
    }

    /// <summary>Up to the page that asks whether to link.</summary>
    public async Task<Answer> ProveForLink(string person, string platform)
    {
        var started = await Submit(await Get("/account"), $"/account/link/{platform}");
        return await Follow(await Get(await VisitPlatform(started.Location!, person)));
    }

    public void Dispose() => client.Dispose();

    private static bool IsOurs(string location) =>
        location.StartsWith('/') || location.StartsWith(IdentityService.Origin + "/", StringComparison.Ordinal);

    /// <summary>Stands where the gateway does for our own addresses, and where DNS does for the platforms'.</summary>
    private Uri Resolve(string address)
    {
        if (address.StartsWith('/'))
            return new Uri(service(), address);
        var uri = new Uri(address);
        return address.StartsWith(IdentityService.Origin, StringComparison.Ordinal)
            ? new Uri(service(), uri.PathAndQuery)
            : new UriBuilder(uri) { Host = "localhost", Port = platformPort }.Uri;
    }

    private async Task<Answer> Send(HttpRequestMessage request)
    {
        using var _ = request;
        var ours = request.RequestUri!.Port != platformPort;
        if (ours && Cookies.Count > 0)
            request.Headers.Add("Cookie", string.Join("; ", Cookies.Select(c => $"{c.Key}={c.Value}")));
        using var response = await client.SendAsync(request);
        if (ours && response.Headers.TryGetValues("Set-Cookie", out var set))
        {
            foreach (var cookie in set.Select(c => c.Split(';')[0].Split('=', 2)))
                Cookies[cookie[0]] = cookie[1];
        }
        return new Answer(
            response.StatusCode, response.Headers.Location?.OriginalString, await response.Content.ReadAsStringAsync(),
            response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => string.Join(", ", h.Value)));
    }

    /// <summary>What came back.</summary>
    public sealed partial record Answer(HttpStatusCode Status, string? Location, string Body, IReadOnlyDictionary<string, string> Headers)
    {
        /// <summary>The page with its character references resolved.</summary>
        public string Text => WebUtility.HtmlDecode(Body);

        /// <summary>The parameters of the address it leads to.</summary>
        public Dictionary<string, string> LocationQuery =>
            QueryHelpers.ParseQuery(new Uri(new Uri(IdentityService.Origin), Location!).Query).ToDictionary(p => p.Key, p => p.Value.ToString());

        /// <summary>The code of an error page.</summary>
        public string? ErrorCode => ErrorCodePattern().Match(Body) is { Success: true } match ? match.Groups[1].Value : null;

        /// <summary>The hidden fields of the form with this action.</summary>
        public (string Name, string Value)[] Fields(string action)
        {
            var form = Regex.Match(Body, $"""<form[^>]*action="{Regex.Escape(action)}"[^>]*>(.*?)</form>""", RegexOptions.Singleline);
            form.Success.ShouldBeTrue($"no form posts to {action} on: {Status} {Body}");
            return [.. Hidden().Matches(form.Groups[1].Value).Select(m => (m.Groups[1].Value, WebUtility.HtmlDecode(m.Groups[2].Value)))];
        }

        [GeneratedRegex("""<input type="hidden" name="([^"]*)" value="([^"]*)"\s*/?>""")]
        private static partial Regex Hidden();

        [GeneratedRegex("<code>([a-z_]+)</code>")]
        private static partial Regex ErrorCodePattern();
    }
}
