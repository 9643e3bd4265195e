namespace Hutong.IdentityLink.Operating;

/// <summary>The operators and what they do.</summary>
internal static class OperatingServices
{
    public static WebApplicationBuilder AddOperating(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<OperationsOptions>().BindConfiguration("Operations")
            .Validate(options => options.Operators.All(id => Guid.TryParse(id, out _)), "Operations:Operators are person ids.")
            .ValidateOnStart();
        services.AddSingleton<Operators>();
        services.AddSingleton<LookingAtPersons>();
        return builder;
    }
}
