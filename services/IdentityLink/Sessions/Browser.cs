using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Hutong.IdentityLink.Storage;
using Hutong.Web;

namespace Hutong.IdentityLink.Sessions;

/// <summary>
/// The browser that sent a request, known by a cookie of its own, signed in or not. What it begins (a sign-in at a
/// platform, a link, a form) only it can finish.
/// </summary>
public sealed class Browser
{
    /// <summary>
    /// The <c>__Host-</c> prefix keeps other hosts and unencrypted networks from planting a cookie
    /// (draft-ietf-httpbis-rfc6265bis, section 4.1.3). Browsers count localhost as secure.
    /// </summary>
    public const string CookieName = "__Host-hutong-browser";

    /// <summary>The name of the form field that carries <see cref="FormToken"/>.</summary>
    public const string FormTokenField = "form_token";

    private const int LongestUserAgent = 512;

    private readonly HttpContext context;
    private readonly BrowserSessions sessions;
    private string id;

    private Browser(HttpContext context, BrowserSessions sessions, string id) =>
        (this.context, this.sessions, this.id) = (context, sessions, id);

    /// <summary>Who is signed in; null for nobody.</summary>
    public BrowserSession? Session { get; private set; }

    /// <summary>What is stored of the browser's id.</summary>
    public byte[] IdHash => Secret.Hash(id);

    /// <summary>
    /// Goes with every form of ours. Only who can read the cookie or our pages can compute it, and it changes with
    /// the browser's id at sign-in.
    /// </summary>
    public string FormToken =>
        Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(id), "form"u8));

    /// <summary>What the browser calls itself, as far as that is worth keeping; null where it does not say.</summary>
    public string? UserAgent =>
        context.Request.Headers.UserAgent.ToString() is { Length: > 0 } text ? text[..Math.Min(text.Length, LongestUserAgent)] : null;

    /// <summary>Whether a language was chosen on one of our pages.</summary>
    public bool ChoseLanguage => context.Request.Cookies.ContainsKey(Language.CookieName);

    /// <summary>Whether a form's token is this browser's.</summary>
    public bool Sent(string? formToken) => CryptographicOperations.FixedTimeEquals(
        Encoding.UTF8.GetBytes(formToken ?? ""), Encoding.UTF8.GetBytes(FormToken));

    /// <summary>Lets endpoints take the browser as a parameter. A browser without a cookie is given one.</summary>
    public static async ValueTask<Browser> BindAsync(HttpContext context)
    {
        if (context.Items.TryGetValue(typeof(Browser), out var known))
            return (Browser)known!;
        var sessions = context.RequestServices.GetRequiredService<BrowserSessions>();
        Browser browser;
        if (context.Request.Cookies[CookieName] is { Length: > 0 and < 100 } id)
        {
            browser = new Browser(context, sessions, id);
            browser.Session = await sessions.Find(browser.IdHash, context.RequestAborted);
        }
        else
        {
            browser = new Browser(context, sessions, "");
            browser.Renew();
        }
        context.Items[typeof(Browser)] = browser;
        return browser;
    }

    /// <summary>Signs a person in. The id changes, so that one known from before is worth nothing.</summary>
    public Task SignIn(Guid personId, string account, CancellationToken cancellation) =>
        SignIn(personId, account, authenticatedAt: null, cancellation);

    /// <summary>Signs a person in who proved who they are a moment ago, and not now.</summary>
    public async Task SignIn(Guid personId, string account, DateTimeOffset? authenticatedAt, CancellationToken cancellation)
    {
        var before = IdHash;
        Renew();
        await sessions.SignIn(before, IdHash, personId, account, Device.Of(context.Request), authenticatedAt, cancellation);
        Session = await sessions.Find(IdHash, cancellation);
    }

    /// <summary>Changes the id after a step that raised what the session may do.</summary>
    public async Task Rotate(CancellationToken cancellation)
    {
        var before = IdHash;
        Renew();
        await sessions.Rotate(before, IdHash, cancellation);
    }

    /// <summary>Forgets who was signed in; the session itself has been ended.</summary>
    public void SignedOut()
    {
        Session = null;
        Renew();
    }

    private void Renew()
    {
        id = Secret.New();
        context.Response.Cookies.Append(CookieName, id, new CookieOptions
        {
            HttpOnly = true,
            Secure = true,
            SameSite = SameSiteMode.Lax,
            Path = "/",
            MaxAge = sessions.LongestLifetime,
            IsEssential = true,
        });
    }
}
