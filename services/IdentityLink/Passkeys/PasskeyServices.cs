using Hutong.EventStore;
using Hutong.Web;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Hutong.IdentityLink.Passkeys;

/// <summary>
/// Passkeys, the native way in. ASP.NET Core Identity's handler checks what authenticators answer; of the rest of it
/// (users, cookies, its storage) nothing is used.
/// </summary>
internal static class PasskeyServices
{
    public static WebApplicationBuilder AddPasskeys(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<PasskeyOptions>().BindConfiguration("Passkeys")
            .Validate<SiteAddresses>(
                (options, sites) => options.FitsTo(new Uri(sites.Origin)),
                "Passkeys:RelyingPartyId is the host of Public:Origin or a domain above it.")
            .ValidateOnStart();
        services.AddOptions<IdentityPasskeyOptions>().Configure<IOptions<PasskeyOptions>, SiteAddresses>(Configure);
        services.AddIdentityCore<PasskeyHolder>().AddUserStore<PasskeyStore>();
        services.AddScoped<IPasskeyHandler<PasskeyHolder>, PasskeyHandler<PasskeyHolder>>();
        services.AddSingleton<StoredPasskeys>();
        services.AddSingleton<CeremonyRows>();
        builder.AddWrappedSecrets<byte[]>("passkey_ceremony", "id_hash", "wrapped_state", id => id);
        services.AddScoped<Ceremonies>();
        return builder;
    }

    public static void MapPasskeys(this IEndpointRouteBuilder routes)
    {
        routes.MapPasskeyScript();
        routes.MapPasskeySignIn();
        routes.MapPasskeyRegistration();
        routes.MapAddPasskey();
    }

    private static void Configure(IdentityPasskeyOptions handler, IOptions<PasskeyOptions> options, SiteAddresses sites)
    {
        handler.ServerDomain = options.Value.IdAt(new Uri(sites.Origin));
        handler.AuthenticatorTimeout = PasskeyOptions.Timeout;
        // Found by the authenticator itself, without a name typed in first.
        handler.ResidentKeyRequirement = "required";
        handler.UserVerificationRequirement = "required";
        // Which make of authenticator it is is none of our business.
        handler.AttestationConveyancePreference = "none";
        handler.ValidateOrigin = context => ValueTask.FromResult(!context.CrossOrigin && context.Origin == sites.Origin);
    }
}
