using Hutong.Launcher.Deploying;

namespace Hutong.Launcher.Walk;

/// <summary>One of the demo's people at a browser of their own.</summary>
/// <param name="person">Their id at the simulated platforms.</param>
/// <param name="addresses">Where everything is.</param>
internal sealed class Visitor(string person, Addresses addresses) : IDisposable
{
    public Browser Browser { get; } = new();

    /// <summary>A second browser of the same person, with no cookie yet.</summary>
    public Visitor InFreshBrowser() => new(person, addresses);

    public async Task<Page> Open(Uri site, string path, CancellationToken cancellation) =>
        (await Browser.Open(new Uri(site, path), cancellation)).MustBeThere();

    /// <summary>Opens a site, follows its "sign in", and signs in at a platform.</summary>
    /// <returns>The page of the site at the end.</returns>
    public async Task<Page> SignIn(Uri site, string platform, CancellationToken cancellation)
    {
        var home = await Open(site, "/", cancellation);
        // A site that shows nothing to strangers has led there by itself.
        var waysIn = home.Address.Authority == addresses.Origin.Authority
            ? home
            : (await home.Follow("/signin", cancellation)).MustBeThere();
        var atPlatform = await waysIn.Submit(waysIn.FormTo($"/sign-in/{platform}"), Nothing, null, cancellation);
        var back = await Authorize(atPlatform, platform, cancellation);
        Check.That(back.Address.Authority == site.Authority,
            $"After signing in with {platform} the browser is at {back.Address.GetLeftPart(UriPartial.Path)}, not at {site}.");
        return back;
    }

    /// <summary>On a platform's own page: says who they are, and agrees.</summary>
    public async Task<Page> Authorize(Page atPlatform, string platform, CancellationToken cancellation)
    {
        Check.That(atPlatform.MustBeThere().Address.Authority == addresses.Platform(platform).Authority,
            $"The browser was to be at {platform}, and is at {atPlatform.Address.GetLeftPart(UriPartial.Path)}.");
        var form = atPlatform.FormTo("/authorize");
        var entries = new Dictionary<string, string> { ["person"] = person };
        return (await atPlatform.Submit(form, entries, "authorize", cancellation)).MustBeThere();
    }

    /// <summary>Who a site takes this browser's visitor for.</summary>
    public Task<Me> Me(Uri site, CancellationToken cancellation) =>
        Browser.Call<Me>(HttpMethod.Get, new Uri(site, "/identity/me"), null, cancellation);

    public Task<Card> Card(Uri site, string product, CancellationToken cancellation) =>
        Browser.Call<Card>(HttpMethod.Get, new Uri(site, $"/cards/{product}"), null, cancellation);

    public void Dispose() => Browser.Dispose();

    /// <summary>A form sent as it stands.</summary>
    public static readonly IReadOnlyDictionary<string, string> Nothing = new Dictionary<string, string>();
}
