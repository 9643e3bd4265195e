using Hutong.Gateway.Exchange;
using Hutong.Gateway.Sites;

namespace Hutong.Gateway.Forwarding;

/// <summary>Registers and maps what is passed on to the services.</summary>
internal static class ForwardingServices
{
    public static void AddForwarding(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ServiceHealth>();
        builder.Services.AddSingleton<Callers>();
        builder.Services.AddSingleton<TokenExchange>();
        builder.Services.AddReverseProxy()
            .LoadFromMemory(Routes.For(SiteDirectory.From(builder.Configuration)), Clusters.From(builder.Configuration))
            .AddTransforms<HeaderHygiene>()
            .AddTransforms<SignInInstead>();
    }

    public static void MapForwarding(this WebApplication app) => app.MapReverseProxy(proxy =>
    {
        proxy.UseUnavailableWhenUnanswered();
        proxy.UseEventStreamsThatEndWithTheHost();
        proxy.UseMiddleware<IdentifyCaller>();
        proxy.UseLoadBalancing();
        proxy.UsePassiveHealthChecks();
    });
}
