using Hutong.IdentityLink.Provider;

namespace Hutong.IdentityLink.Devices;

/// <summary>The device authorization grant (RFC 8628).</summary>
internal static class DeviceServices
{
    public static WebApplicationBuilder AddDevice(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<DeviceAuthorizations>();
        builder.Services.AddSingleton<UserCodeGuesses>();
        builder.Services.AddSingleton<IGrantType, DeviceCodeGrant>();
        return builder;
    }

    public static void MapDevice(this IEndpointRouteBuilder routes)
    {
        routes.MapDeviceAuthorizationEndpoint();
        routes.MapDevicePage();
    }
}
