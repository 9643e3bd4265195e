using Hutong.IdentityLink.Platforms.Taobao;
using Hutong.IdentityLink.Platforms.Weibo;
using Hutong.ServiceDefaults.Outgoing;
using Microsoft.Extensions.Options;

namespace Hutong.IdentityLink.Platforms;

/// <summary>The platforms, each with its settings under <c>Platforms:{name}</c> and a pipeline of its own for calls.</summary>
internal static class PlatformServices
{
    public static WebApplicationBuilder AddPlatforms(this WebApplicationBuilder builder)
    {
        builder.Add(WeiboPlatform.Id, (options, api) => new WeiboPlatform(options, api));
        builder.Add(TaobaoPlatform.Id, (options, api) => new TaobaoPlatform(options, api));
        builder.Services.AddSingleton<KnownPlatforms>();
        builder.Services.AddSingleton<PlatformOrigins>();
        return builder;
    }

    private static void Add(this WebApplicationBuilder builder, string name, Func<PlatformOptions, PlatformApi, IPlatform> make)
    {
        var section = $"Platforms:{name}";
        builder.Services.AddOptions<PlatformOptions>(name).BindConfiguration(section).ValidateDataAnnotations().ValidateOnStart();
        var api = builder.Configuration[$"{section}:ApiAddress"]
            ?? throw new InvalidOperationException($"{section}:ApiAddress is not set: where this process reaches {name}.");
        builder.Services.AddOutgoing(PlatformApi.HttpClientOf(name), new Uri(api));
        builder.Services.AddSingleton(services => make(
            services.GetRequiredService<IOptionsMonitor<PlatformOptions>>().Get(name),
            ActivatorUtilities.CreateInstance<PlatformApi>(services, name)));
    }
}

/// <summary>The platforms by name.</summary>
public sealed class KnownPlatforms(IEnumerable<IPlatform> platforms)
{
    /// <summary>All of them.</summary>
    public IReadOnlyList<IPlatform> All { get; } = [.. platforms];

    /// <summary>The platform of a name, or null.</summary>
    public IPlatform? Find(string name) => All.FirstOrDefault(platform => platform.Name == name);
}
