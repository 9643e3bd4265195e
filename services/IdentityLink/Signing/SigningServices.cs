using System.Text;
using Hutong.EventStore;
using Hutong.EventStore.CommandLine;

namespace Hutong.IdentityLink.Signing;

/// <summary>The keys that tokens and statements are signed with.</summary>
internal static class SigningServices
{
    public static void AddSigning(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<SigningKeyOptions>().BindConfiguration("Provider:SigningKeys")
            .Validate(options => options.AreUsable,
                "Provider:SigningKeys:PublishedBefore is 10 minutes or more, and RotateAfter at least twice as long.")
            .ValidateOnStart();
        services.AddSingleton<SigningKeys>();
        services.AddSingleton<Statements>();
        services.AddSingleton<KeepingSigningKeys>();
        services.AddHostedService(provider => provider.GetRequiredService<KeepingSigningKeys>());
        services.AddHealthChecks().AddCheck<KeepingSigningKeys>("signing-keys", tags: ["ready"]);
        services.AddSingleton<IServiceCommand, SigningKeysCommand>();
        builder.AddWrappedSecrets<string>("signing_key", "kid", "wrapped_private_key", Encoding.UTF8.GetBytes);
    }
}
