using Hutong.Gateway.Pages;
using Hutong.Gateway.Provider;
using Hutong.Gateway.Sessions;
using Hutong.Gateway.Sites;
using Microsoft.Extensions.Options;

namespace Hutong.Gateway.SigningIn;

/// <summary>The provider's answer to a sign-in, brought by the browser (OpenID Connect Core, section 3.1.2.5).</summary>
internal sealed partial class SignInCallback(
    SiteDirectory sites, SignInStates states, ProviderCalls provider, IdTokens idTokens, SessionStore sessions,
    IOptions<SiteSessionOptions> options, ILogger<SignInCallback> log)
{
    /// <summary>The answers to <c>prompt=none</c> that mean: this person would have to be asked (section 3.1.2.6).</summary>
    private static readonly string[] WouldHaveToAsk =
        ["login_required", "consent_required", "interaction_required", "account_selection_required"];

    /// <summary><c>GET /signin-oidc</c></summary>
    public async Task<IResult> Answer(HttpContext context, CancellationToken cancellation)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        var site = context.Site();
        var browser = context.Request.Read(SessionCookie.SignInName);
        if (browser is null || One(context, "state") is not { } state
            || await states.Take(site, browser, state, cancellation) is not { } begun)
        {
            return context.RefuseWithPage("state_invalid");
        }
        // RFC 9207: an answer that another provider's server mixed in is known by its issuer.
        if (One(context, "iss") != sites.Origin)
            return context.RefuseWithPage("issuer_mismatch");
        if (One(context, "code") is not { } code)
        {
            return begun.IsSilent && WouldHaveToAsk.Contains(One(context, "error"))
                ? TypedResults.Redirect(begun.ReturnPath)
                : context.RefuseWithPage("sign_in_declined");
        }

        var (tokens, refusal) = await provider.Token(site.Client, new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code",
            ["code"] = code,
            ["redirect_uri"] = site.RedirectUri,
            ["code_verifier"] = SignIn.CodeVerifier(browser, state),
        }, cancellation);
        if (tokens is null)
        {
            CodeRefused(site.Name, refusal?.Error ?? "unknown");
            return context.RefuseWithPage("code_refused");
        }
        var (who, defect) = tokens.IdToken is null
            ? (null, "missing")
            : await idTokens.Verify(tokens.IdToken, site.Client.Id, SignIn.Nonce(browser, state), tokens.AccessToken, cancellation);
        if (who is null)
        {
            IdTokenRefused(site.Name, defect!);
            return context.RefuseWithPage("id_token_invalid");
        }
        return await Begin(context, site, who, tokens, begun.ReturnPath, cancellation);
    }

    private async Task<IResult> Begin(
        HttpContext context, Site site, IdToken who, TokenAnswer tokens, string returnPath, CancellationToken cancellation)
    {
        // Always under a new id: one that was known before the sign-in is worth nothing after it.
        if (context.Request.Read(SessionCookie.Name) is { } before)
            await sessions.End(before, cancellation);
        if (await sessions.Begin(site, who, tokens, cancellation) is not { } id)
            return context.RefuseWithPage("session_over");
        context.Response.Give(SessionCookie.Name, id, options.Value.Lifetime);
        return TypedResults.Redirect(returnPath);
    }

    /// <summary>A parameter that is there exactly once (RFC 6749, section 3.1).</summary>
    private static string? One(HttpContext context, string name) =>
        context.Request.Query[name] is [{ Length: > 0 } value] ? value : null;

    [LoggerMessage(LogLevel.Warning, "A code for {Site} was refused: {Error}")]
    private partial void CodeRefused(string site, string error);

    [LoggerMessage(LogLevel.Error, "An id token for {Site} was refused: {Defect}")]
    private partial void IdTokenRefused(string site, string defect);
}
