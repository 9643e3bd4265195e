using Hutong.Gateway.Forwarding;
using Hutong.Gateway.Pages;
using Hutong.Gateway.Sessions;
using Hutong.Web;

namespace Hutong.Gateway.SigningIn;

/// <summary>
/// Signing in on one site signs in on the others: when a visitor opens a page, the provider is asked once per browser
/// session whether it knows them (<c>prompt=none</c>), by a redirect of the page itself. A browser whose session here
/// ran out is asked for once more.
/// </summary>
internal sealed class SilentSignOn(SignIn signIn, ServiceHealth health)
{
    private const string Tried = "1";

    /// <summary>Where to send a visitor's browser; null to let the request go on.</summary>
    public async Task<string?> Begin(HttpContext context, CancellationToken cancellation)
    {
        var request = context.Request;
        var hadSession = request.Read(SessionCookie.Name) is not null;
        if (!request.IsNavigation() || (request.Read(SessionCookie.SilentName) is not null && !hadSession))
            return null;
        // A path such as //elsewhere would lead away on the way back. And a site stays open while sign-in is away.
        if (!PageAssets.IsLocalPath(request.ReturnPath()) || !health.IsUp(ServiceNames.IdentityLink))
            return null;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Give(SessionCookie.SilentName, Tried);
        if (hadSession)
            context.Response.TakeBack(SessionCookie.Name);
        return await signIn.Begin(context, new SignInState(request.ReturnPath(), IsSilent: true), cancellation);
    }
}
