using Hutong.IdentityLink.Logout;
using Hutong.IdentityLink.SecurityEvents;
using Hutong.ServiceDefaults.Outgoing;

namespace Hutong.IdentityLink.Deliveries;

/// <summary>What clients are told by calls of ours: logouts and security events.</summary>
internal static class DeliveryServices
{
    public static void AddDeliveries(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddPartnerCalls();
        services.AddSingleton<DeliveryLog>();
        services.AddOptions<SecurityEventOptions>().BindConfiguration("Provider:SecurityEvents")
            .Validate(options => options.AreUsable,
                "Provider:SecurityEvents:GiveUpAfter is an hour or more, and KeptFor no shorter.")
            .ValidateOnStart();
        services.AddSingleton<BackchannelLogout>();
        services.AddSingleton<SecurityEventDeliveries>();
        services.AddHostedService<DerivingSecurityEvents>();
        AddWorker<BackchannelLogout>(services);
        AddWorker<SecurityEventDeliveries>(services);
    }

    private static void AddWorker<TDeliveries>(IServiceCollection services) where TDeliveries : class, IDeliveries =>
        services.AddSingleton<IHostedService>(provider =>
            ActivatorUtilities.CreateInstance<DeliveryWorker>(provider, provider.GetRequiredService<TDeliveries>()));
}
