using Hutong.Gateway.Pages;

namespace Hutong.Gateway.Sites;

/// <summary>
/// Refuses requests for hosts that are not ours, so that no address is ever built from a forged <c>Host</c>. Our own
/// processes reach the gateway by an internal name: for health, and for the provider's logout tokens.
/// </summary>
internal static class KnownHosts
{
    private static readonly PathString[] Internal = ["/health", Paths.BackchannelLogout];

    public static void UseKnownHosts(this IApplicationBuilder app)
    {
        var sites = app.ApplicationServices.GetRequiredService<SiteDirectory>();
        app.Use((context, next) =>
        {
            var request = context.Request;
            if (sites.OfHost(request.Host) is { } site)
                context.Features.Set(site);
            else if (!sites.IsPublic(request.Host) && !Internal.Any(path => request.Path.StartsWithSegments(path)))
                return context.Refuse("unknown_host");
            return next(context);
        });
    }
}
