using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Hutong.Gateway.Sessions;
using Hutong.Gateway.Sites;
using Hutong.Gateway.Storage;
using Hutong.Web;
using Microsoft.AspNetCore.WebUtilities;

namespace Hutong.Gateway.SigningIn;

/// <summary>
/// Sends a browser to the provider to sign in (OpenID Connect Core, section 3.1.2.1), with state, nonce and PKCE. Nonce
/// and verifier are derived from the browser's own secret, so that an answer is of no use in any other browser.
/// </summary>
internal sealed class SignIn(SiteDirectory sites, SignInStates states)
{
    private const string Scope = "openid profile offline_access";

    /// <summary><c>GET /signin?return=</c></summary>
    public async Task<IResult> Answer(HttpContext context, string? @return, CancellationToken cancellation)
    {
        context.Response.Headers.CacheControl = "no-store";
        var path = PageAssets.IsLocalPath(@return) ? @return! : "/";
        return TypedResults.Redirect(await Begin(context, new SignInState(path, IsSilent: false), cancellation));
    }

    /// <summary>Begins a sign-in.</summary>
    /// <returns>The provider's address to send the browser to.</returns>
    public async Task<string> Begin(HttpContext context, SignInState begun, CancellationToken cancellation)
    {
        var site = context.Site();
        // Kept over several sign-ins: two tabs may begin one each.
        var browser = context.Request.Read(SessionCookie.SignInName);
        if (browser is null)
        {
            browser = Secret.New();
            context.Response.Give(SessionCookie.SignInName, browser);
        }
        var state = await states.Begin(site, browser, begun, cancellation);
        var parameters = new Dictionary<string, string?>
        {
            ["client_id"] = site.Client.Id,
            ["response_type"] = "code",
            ["redirect_uri"] = site.RedirectUri,
            ["scope"] = Scope,
            ["state"] = state,
            ["nonce"] = Nonce(browser, state),
            ["code_challenge"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(CodeVerifier(browser, state)))),
            ["code_challenge_method"] = "S256",
            ["ui_locales"] = Language.Of(context).Tag,
        };
        if (begun.IsSilent)
            parameters["prompt"] = "none";
        return QueryHelpers.AddQueryString($"{sites.Origin}/authorize", parameters);
    }

    /// <summary>The address that signs in and returns to a path of the same site.</summary>
    public static string PathFor(string returnPath) => QueryHelpers.AddQueryString(Paths.SignIn, "return", returnPath);

    public static string Nonce(string browser, string state) => Secret.Derive(browser, $"nonce:{state}");

    public static string CodeVerifier(string browser, string state) => Secret.Derive(browser, $"code_verifier:{state}");
}
