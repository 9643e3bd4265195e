using Hutong.Gateway.Exchange;
using Hutong.Gateway.Pages;
using Hutong.Gateway.Protection;
using Hutong.Gateway.Sessions;
using Hutong.Gateway.SigningIn;
using Hutong.Gateway.Sites;
using Yarp.ReverseProxy.Model;

namespace Hutong.Gateway.Forwarding;

/// <summary>
/// Finds out who makes a forwarded request. Whether a route needs somebody is for its service to say, by 401.
/// </summary>
internal sealed class IdentifyCaller(RequestDelegate next, Callers callers, SilentSignOn silent)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var route = context.GetReverseProxyFeature().Route.Config;
        if (route.IsProviders())
            await next(context);
        else if (context.FindSite() is { } site)
            await OnSite(context, site, route.ClusterId!);
        else
            await OnPublicHost(context, route.ClusterId!);
    }

    private async Task OnSite(HttpContext context, Site site, string service)
    {
        if (context.Request.Read(SessionCookie.Name) is not null && !SameOrigin.Allows(context.Request, site))
        {
            await context.Refuse("cross_site_request");
            return;
        }
        var caller = await callers.OfSession(context, site, service);
        if (!caller.IsKnown && await silent.Begin(context, context.RequestAborted) is { } provider)
        {
            context.Response.Redirect(provider);
            return;
        }
        context.Features.Set(caller);
        await next(context);
    }

    private async Task OnPublicHost(HttpContext context, string service)
    {
        var caller = await callers.OfBearer(context, service);
        if (caller is { IsKnown: false, Presented: true })
        {
            context.Response.Headers.WWWAuthenticate = "Bearer realm=\"hutong\", error=\"invalid_token\"";
            await context.Refuse("invalid_token");
            return;
        }
        context.Features.Set(caller);
        await next(context);
    }
}
