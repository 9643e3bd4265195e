namespace Hutong.IdentityLink.Operating;

/// <summary>The operators and what they do.</summary>
internal static class OperatingServices
{
    public static WebApplicationBuilder AddOperating(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<OperationsOptions>().BindConfiguration("Operations").ValidateOnStart();
        services.AddSingleton<Operators>();
        services.AddSingleton<LookingAtPersons>();
        return builder;
    }
}
