using Hutong.EndToEnd.Tests.Fixtures;
using Microsoft.Playwright;

namespace Hutong.EndToEnd.Tests.Browsing;

/// <summary>Debian's Chromium, started once for the tests that look at pages; each test opens windows of its own.</summary>
[CollectionDefinition(nameof(Chromium))]
public sealed class Chromium(RunningSystem system) : ICollectionFixture<Chromium>, IAsyncLifetime
{
    private const string Program = "/usr/bin/chromium";

    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--no-first-run",
    ];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Program, Args = Arguments });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    /// <summary>A window that shares nothing with any other: nobody is signed in in it.</summary>
    /// <param name="language">What its owner prefers, as a BCP 47 tag.</param>
    /// <param name="script">Whether pages may run script.</param>
    internal async Task<Window> Open(string language = "en-US", bool script = true)
    {
        var context = await _browser!.NewContextAsync(new() { Locale = language, JavaScriptEnabled = script });
        context.SetDefaultTimeout(20_000);
        return new Window(context, await context.NewPageAsync(), system.Addresses, Words.In(language));
    }
}
