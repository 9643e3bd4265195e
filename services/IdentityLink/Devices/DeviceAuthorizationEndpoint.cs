using System.Text.Json.Serialization;
using Hutong.IdentityLink.Provider;

namespace Hutong.IdentityLink.Devices;

/// <summary><c>POST /device_authorization</c> (RFC 8628, section 3.1): a device without a browser asks for its codes.</summary>
internal static class DeviceAuthorizationEndpoint
{
    public const string Path = "/device_authorization";

    public static void MapDeviceAuthorizationEndpoint(this IEndpointRouteBuilder routes) => routes.MapPost(Path, Answer);

    private static async Task<IResult> Answer(
        HttpRequest request, ClientAuthentication authentication, DeviceAuthorizations devices, Issuer issuer, CancellationToken cancellation)
    {
        var (client, parameters, refusal) = await authentication.OfForm(request, cancellation);
        if (client is null)
            return refusal!.Answer();
        if (!client.GrantTypes.Contains(DeviceCodeGrant.GrantType))
            return OAuthError.UnauthorizedClient.Answer();
        string[] scopes = [.. Scopes.Known(parameters["scope"]).Where(client.MayAskFor)];
        if (!scopes.Contains(Scopes.OpenId))
            return new OAuthError("invalid_scope", "The scope must contain openid.").Answer();

        var (deviceCode, code) = await devices.Add(client.Id, scopes, cancellation);
        var (userCode, address) = (UserCode.Shown(code), issuer.Address(DevicePage.Path));
        NoStore.Set(request.HttpContext.Response);
        return Results.Json(
            new DeviceAuthorizationBody(
                deviceCode, userCode, address, $"{address}?user_code={userCode}",
                (long)DeviceAuthorizations.Lifetime.TotalSeconds, (long)DeviceAuthorizations.Interval.TotalSeconds),
            DeviceJson.Default.DeviceAuthorizationBody);
    }
}

/// <summary>The answer (RFC 8628, section 3.2).</summary>
internal sealed record DeviceAuthorizationBody(
    string DeviceCode, string UserCode, string VerificationUri, string VerificationUriComplete, long ExpiresIn, long Interval);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(DeviceAuthorizationBody))]
internal sealed partial class DeviceJson : JsonSerializerContext;
