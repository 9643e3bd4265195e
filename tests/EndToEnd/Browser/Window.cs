using System.Collections.Concurrent;
using Hutong.Launcher.Deploying;
using Microsoft.Playwright;

namespace Hutong.EndToEnd.Tests.Browsing;

/// <summary>One person's browser window, and what they do in it: read, press, fill in.</summary>
internal sealed class Window : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly Addresses _addresses;
    private readonly ConcurrentQueue<string> _complaints = new();
    private readonly ConcurrentQueue<Uri> _visited = new();

    public Window(IBrowserContext context, IPage page, Addresses addresses, Words words)
    {
        (_context, Page, _addresses, Words) = (context, page, addresses, words);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                _complaints.Enqueue($"{message.Type}: {message.Text} ({message.Location})");
        };
        page.PageError += (_, error) => _complaints.Enqueue($"script: {error}");
        page.FrameNavigated += (_, frame) =>
        {
            if (frame.ParentFrame is null)
                _visited.Enqueue(new Uri(frame.Url));
        };
    }

    public IPage Page { get; }

    public Words Words { get; }

    public Uri Address => new(Page.Url);

    /// <summary>What the browser's console holds against the pages seen: refused by a policy, failed to load, thrown.</summary>
    public IReadOnlyCollection<string> Complaints => _complaints;

    /// <summary>The pages that were shown, redirects left out.</summary>
    public IReadOnlyCollection<Uri> Visited => _visited;

    public Task<IReadOnlyList<BrowserContextCookiesResult>> CookiesFor(Uri address) => _context.CookiesAsync([address.AbsoluteUri]);

    public Task Go(Uri site, string path = "/") => Page.GotoAsync(new Uri(site, path).AbsoluteUri);

    public ILocator Link(string name) => Page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true });

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    /// <summary>Opens a site, follows its "sign in" and signs in with Weibo.</summary>
    public async Task SignIn(Uri site, string person)
    {
        await Go(site);
        await Link(Words.SignIn).ClickAsync();
        await Button(Words.WithWeibo).ClickAsync();
        await Authorize(person);
        await Page.WaitForURLAsync(new Uri(site, "/**").ToString());
    }

    /// <summary>On a platform's own page: says who they are, and agrees.</summary>
    public async Task Authorize(string person)
    {
        await Page.Locator($"input[name=person][value={person}]").CheckAsync();
        await Button(Words.Authorize).ClickAsync();
    }

    /// <summary>Publishes a post, and is on its page then.</summary>
    public async Task Publish(string text)
    {
        await Go(_addresses.Social);
        await Page.Locator("textarea[name=text]").FillAsync(text);
        await Button(Words.Publish).ClickAsync();
        await Page.WaitForURLAsync("**/posts/*");
    }

    public async Task<bool> IsSignedIn()
    {
        var (signIn, signOut) = (await Link(Words.SignIn).CountAsync(), await Button(Words.SignOut).CountAsync());
        (signIn + signOut).ShouldBe(1, $"{Page.Url} does not say whether somebody is signed in.");
        return signOut == 1;
    }

    public ValueTask DisposeAsync() => _context.DisposeAsync();
}
