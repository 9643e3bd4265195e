namespace Hutong.IdentityLink.Limits;

/// <summary>The limits.</summary>
internal static class LimitServices
{
    public static WebApplicationBuilder AddLimits(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<LimitOptions>().BindConfiguration("Limits").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<ProvedLimits>();
        return builder;
    }
}
