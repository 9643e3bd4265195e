using Microsoft.Extensions.Options;

namespace Hutong.Simulators.Platforms;

internal static class PlatformRegistration
{
    /// <summary>Adds a platform with the settings under <c>Simulators:{name}</c>, checked at start.</summary>
    public static void AddPlatform<TPlatform>(this WebApplicationBuilder builder, string name)
        where TPlatform : class, IPlatform
    {
        var section = $"Simulators:{name}";
        builder.Services.AddOptions<PlatformOptions>(name)
            .BindConfiguration(section)
            .Validate(options => options.ClientId.Length > 0, $"{section}:ClientId is missing: the app key that our side uses at {name}.")
            .Validate(options => options.ClientSecret.Length > 0, $"{section}:ClientSecret is missing: the app secret that our side uses at {name}.")
            .Validate(options => IsAddress(options.RedirectUri), $"{section}:RedirectUri is not an absolute address: where {name} may send codes.")
            .Validate(options => IsAddress(options.BrowserAddress), $"{section}:BrowserAddress is not an absolute address: where browsers find {name}.")
            .ValidateOnStart();
        builder.Services.AddSingleton<IPlatform>(services => ActivatorUtilities.CreateInstance<TPlatform>(
            services, services.GetRequiredService<IOptionsMonitor<PlatformOptions>>().Get(name)));
    }

    public static void MapPlatforms(this WebApplication app)
    {
        foreach (var platform in app.Services.GetServices<IPlatform>())
            platform.Map(app.MapGroup("").WithMetadata(platform));
    }

    private static bool IsAddress(string value) => Uri.TryCreate(value, UriKind.Absolute, out _);
}
