using Hutong.IdentityLink.Passkeys;
using Hutong.IdentityLink.Platforms.Jd;
using Hutong.IdentityLink.Platforms.OpenIdConnect;
using Hutong.IdentityLink.Platforms.Qq;
using Hutong.IdentityLink.Platforms.Taobao;
using Hutong.IdentityLink.Platforms.WeChat;
using Hutong.IdentityLink.Platforms.Weibo;
using Hutong.ServiceDefaults.Outgoing;
using Microsoft.Extensions.Options;

namespace Hutong.IdentityLink.Platforms;

/// <summary>
/// The platforms, each with its settings under <c>Platforms:{name}</c> and a pipeline of its own for calls. One
/// without settings is not offered; one with an <c>Issuer</c> is an OpenID Connect provider, whatever its name.
/// </summary>
internal static class PlatformServices
{
    private const string Section = "Platforms";

    private static readonly string[] Own = [WeiboPlatform.Id, QqPlatform.Id, WeChatPlatform.Id, TaobaoPlatform.Id, JdPlatform.Id, Passkey.Platform];

    public static WebApplicationBuilder AddPlatforms(this WebApplicationBuilder builder)
    {
        builder.Add<PlatformOptions>(WeiboPlatform.Id, (options, api, _) => new WeiboPlatform(options, api));
        builder.Add<PlatformOptions>(QqPlatform.Id, (options, api, _) => new QqPlatform(options, api));
        builder.Add<WeChatOptions>(WeChatPlatform.Id, (options, api, _) => new WeChatPlatform(options, api));
        builder.Add<PlatformOptions>(TaobaoPlatform.Id, (options, api, _) => new TaobaoPlatform(options, api));
        builder.Add<JdOptions>(JdPlatform.Id, (options, api, time) => new JdPlatform(options, api, time));
        foreach (var section in builder.Configuration.GetSection(Section).GetChildren())
        {
            if (section["Issuer"] is not null)
                builder.AddOpenIdConnect(section.Key);
            else if (!Own.Contains(section.Key))
                throw new InvalidOperationException($"{Section}:{section.Key}: there is no such platform, and an OpenID Connect provider has an Issuer.");
        }
        builder.Services.AddSingleton<KnownPlatforms>();
        builder.Services.AddSingleton<PlatformOrigins>();
        return builder;
    }

    private static void Add<TOptions>(this WebApplicationBuilder builder, string name, Func<TOptions, PlatformApi, TimeProvider, IPlatform> make)
        where TOptions : PlatformOptions
    {
        var section = builder.Configuration.GetSection($"{Section}:{name}");
        if (section.Exists())
            builder.Register(name, "ApiAddress", section["ApiAddress"], make);
    }

    private static void AddOpenIdConnect(this WebApplicationBuilder builder, string name)
    {
        if (Own.Contains(name) || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)))
            throw new InvalidOperationException($"{Section}:{name}:Issuer: an OpenID Connect provider has a name of its own, in lower case letters and digits.");
        var section = builder.Configuration.GetSection($"{Section}:{name}");
        builder.Register<OpenIdConnectOptions>(
            name, "Issuer", section["ApiAddress"] ?? section["Issuer"], (options, api, time) => new OpenIdConnectPlatform(name, options, api, time));
    }

    private static void Register<TOptions>(
        this WebApplicationBuilder builder, string name, string addressKey, string? address,
        Func<TOptions, PlatformApi, TimeProvider, IPlatform> make) where TOptions : AppOptions
    {
        builder.Services.AddOptions<TOptions>(name).BindConfiguration($"{Section}:{name}").ValidateDataAnnotations().ValidateOnStart();
        if (!Uri.TryCreate(address, UriKind.Absolute, out var api))
            throw new InvalidOperationException($"{Section}:{name}:{addressKey} is not an address: where this process reaches {name}.");
        builder.Services.AddOutgoing(PlatformApi.HttpClientOf(name), new Uri($"{api.AbsoluteUri.TrimEnd('/')}/"));
        builder.Services.AddSingleton(services =>
        {
            var options = services.GetRequiredService<IOptionsMonitor<TOptions>>().Get(name);
            return make(
                options, ActivatorUtilities.CreateInstance<PlatformApi>(services, name, options.Patience), services.GetRequiredService<TimeProvider>());
        });
    }
}
