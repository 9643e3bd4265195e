namespace Hutong.IdentityLink.Registration;

/// <summary>The registration of clients.</summary>
internal static class RegistrationServices
{
    public static WebApplicationBuilder AddRegistration(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<MetadataRules>();
        services.AddSingleton<SectorDocuments>();
        services.AddSingleton<ClientOwners>();
        services.AddSingleton<ClientClaims>();
        services.AddSingleton<ClientList>();
        services.AddSingleton<RegisteringClients>();
        services.AddSingleton<ManagingClients>();
        services.AddSingleton<ReviewingClients>();
        services.AddSingleton<RegisteredClients>();
        services.AddHostedService(provider => provider.GetRequiredService<RegisteredClients>());
        services.AddHealthChecks().Add(new(
            "clients", provider => provider.GetRequiredService<RegisteredClients>(), failureStatus: null, tags: ["ready"]));
        return builder;
    }

    public static void MapRegistration(this IEndpointRouteBuilder routes)
    {
        routes.MapClients();
        routes.MapReviews();
    }
}
