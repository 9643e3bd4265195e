using Hutong.EventStore;
using Hutong.Gateway.Forwarding;
using Hutong.Gateway.Keys;
using Hutong.Gateway.Pages;
using Hutong.Gateway.Protection;
using Hutong.Gateway.Provider;
using Hutong.Gateway.Sessions;
using Hutong.Gateway.SigningIn;
using Hutong.Gateway.SigningOut;
using Hutong.Gateway.Sites;
using Hutong.ServiceDefaults;
using Hutong.ServiceDefaults.Outgoing;
using Hutong.Web;

namespace Hutong.Gateway;

/// <summary>Puts the gateway together.</summary>
internal static class GatewayServices
{
    public static WebApplicationBuilder AddGateway(this WebApplicationBuilder builder)
    {
        builder.AddHostDefaults("gateway", Refusals.Codes);
        builder.AddTraceBorder();
        builder.AddDatabase(typeof(GatewayServices).Assembly);
        builder.AddProvider();
        builder.AddSessions();
        builder.AddSigningInAndOut();
        builder.AddRateLimits();
        builder.AddForwarding();
        builder.AddKeyRing();
        return builder;
    }

    public static WebApplication MapGateway(this WebApplication app)
    {
        app.UseTraceBorder();
        app.MapHostDefaults();
        app.UseKnownHosts();
        app.UseRateLimiter();
        app.MapPageAssets();
        app.MapSites();
        app.MapForwarding();
        return app;
    }

    private static void AddProvider(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        var instances = Clusters.Addresses(builder.Configuration, "IdentityLink");
        services.AddOutgoing(ProviderCalls.HttpClientName, instances[0]).AddHttpMessageHandler(() => new NextInstance(instances));
        services.AddSingleton(SiteDirectory.From(builder.Configuration));
        services.AddSingleton<ProviderCalls>();
        services.AddSingleton<ProviderKeys>();
        services.AddSingleton<SignedTokens>();
        services.AddSingleton<IdTokens>();
        services.AddSingleton<LogoutTokens>();
    }

    private static void AddSessions(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<SiteSessionOptions>().BindConfiguration("Sessions").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<TokenProtection>();
        services.AddSingleton<SessionStore>();
        services.AddSingleton<TokenRefresh>();
        services.AddSingleton<EndedSessions>();
        services.AddHostedService<Cleaning>();
    }

    private static void AddSigningInAndOut(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddRazorComponents();
        services.AddSingleton<SignInStates>();
        services.AddSingleton<SignIn>();
        services.AddSingleton<SignInCallback>();
        services.AddSingleton<SilentSignOn>();
        services.AddSingleton<SignOut>();
        services.AddSingleton<BackchannelLogout>();
    }
}
