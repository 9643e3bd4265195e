using Microsoft.Extensions.Options;

namespace Hutong.Simulators.Platforms;

internal static class PlatformRegistration
{
    /// <summary>Adds a platform with the settings under <c>Simulators:{name}</c>, checked at start.</summary>
    /// <param name="builder">The process.</param>
    /// <param name="name">The platform's name.</param>
    /// <param name="own">What it can be told to do beside what every platform can.</param>
    public static void AddPlatform<TPlatform>(this WebApplicationBuilder builder, string name, params Mode[] own)
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
        var misbehaviour = new Misbehaviour(name, own);
        builder.Services.AddSingleton(misbehaviour);
        builder.Services.AddSingleton(services => new Hosted(
            ActivatorUtilities.CreateInstance<TPlatform>(
                services, services.GetRequiredService<IOptionsMonitor<PlatformOptions>>().Get(name), misbehaviour),
            misbehaviour));
    }

    public static void MapPlatforms(this WebApplication app)
    {
        foreach (var (platform, misbehaviour) in app.Services.GetServices<Hosted>())
            platform.Map(app.MapGroup("").WithMetadata(platform).AddEndpointFilter(misbehaviour.Meddle));
    }

    private static bool IsAddress(string value) => Uri.TryCreate(value, UriKind.Absolute, out _);
}

/// <summary>A platform and what it was told to do wrong.</summary>
internal sealed record Hosted(IPlatform Platform, Misbehaviour Misbehaviour);
