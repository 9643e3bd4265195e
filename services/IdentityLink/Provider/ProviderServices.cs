using Hutong.IdentityLink.Deliveries;
using Hutong.IdentityLink.Logout;
using Hutong.IdentityLink.Platforms;
using Hutong.IdentityLink.SecurityEvents;
using Hutong.IdentityLink.Sessions;
using Hutong.IdentityLink.Signing;
using Hutong.ServiceDefaults.Authentication;
using Hutong.ServiceDefaults.Outgoing;
using Microsoft.AspNetCore.Authorization;

namespace Hutong.IdentityLink.Provider;

/// <summary>The OpenID provider.</summary>
internal static class ProviderServices
{
    public static WebApplicationBuilder AddProvider(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<ProviderOptions>().BindConfiguration("Provider")
            .Validate(options => options.Clients.Values.All(client => !string.IsNullOrEmpty(client.Name)), "Every Provider:Clients:{id} has a Name.")
            .Validate(options => options.Clients.Values.All(HasUsableHash), "Provider:Clients:{id}:SecretHash is base64 of a SHA-256.")
            .Validate(options => options.Clients.Values.All(client => client.Site || !client.Operations),
                "Provider:Clients:{id}:Operations is for a Site alone: what operators may do ends with their browser session.")
            .Validate(options => options.Clients.Values.All(client => client.Site || !client.RegistersClients),
                "Provider:Clients:{id}:RegistersClients is for a Site alone: a partner's token is good at /userinfo alone.")
            .Validate(options => options.Clients.All(client => !Client.IsUnionSector(client.Value.Sector ?? client.Key)),
                "No Provider:Clients:{id}, and no Sector of one, begins with union: that names the groups of a unionid.")
            .Validate(options => options.Clients.Values.All(HasUsableAddresses),
                "Addresses under Provider:Clients:{id} are absolute http(s) addresses without a fragment.")
            .ValidateOnStart();
        // What asks for no scope of its own is a site's, which always has openid inside; a tool never has.
        services.AddAuthorizationBuilder().SetDefaultPolicy(new AuthorizationPolicyBuilder()
            .RequireAuthenticatedUser().RequireAssertion(context => context.User.HasScope(Scopes.OpenId)).Build());
        services.AddCrossOrigin();
        services.AddSingleton<Issuer>();
        services.AddSingleton<Clients>();
        services.AddSingleton<ClientAssertions>();
        services.AddSingleton<ClientAuthentication>();
        services.AddSingleton<ClientTokens>();
        services.AddSingleton<PartnerCallers>();
        builder.AddSigning();
        services.AddSingleton<Tokens>();
        services.AddSingleton<TokenGrants>();
        services.AddSingleton<AccessTokens>();
        services.AddSingleton<AuthorizeRequests>();
        services.AddSingleton<PushedRequests>();
        services.AddSingleton<RefreshTokens>();
        services.AddSingleton<SessionNames>();
        services.AddSingleton<TokenIntrospection>();
        services.AddSingleton<PersonClaims>();
        services.AddSingleton<Authorizing>();
        services.AddSingleton<IGrantType, AuthorizationCodeGrant>();
        services.AddSingleton<IGrantType, RefreshTokenGrant>();
        services.AddSingleton<IGrantType, ClientCredentialsGrant>();
        services.AddSingleton<IGrantType, TokenExchangeGrant>();
        builder.AddDeliveries();
        return builder;
    }

    public static void MapProvider(this IEndpointRouteBuilder routes)
    {
        routes.MapDiscovery();
        routes.MapKeys();
        routes.MapAuthorizeEndpoint();
        routes.MapConsent();
        routes.MapTokenEndpoint();
        routes.MapPushedAuthorizationRequestEndpoint();
        routes.MapIntrospectionEndpoint();
        routes.MapRevocationEndpoint();
        routes.MapUserInfoEndpoint();
        routes.MapEndSession();
        routes.MapDeliveryLogs();
        routes.MapReplay();
    }

    private static bool HasUsableHash(ClientOptions client) =>
        client.SecretHash is null || (Convert.TryFromBase64String(client.SecretHash, new byte[64], out var length) && length == 32);

    private static bool HasUsableAddresses(ClientOptions client) =>
        client.RedirectUris.Concat(client.PostLogoutRedirectUris).Append(client.BackchannelLogoutUri).Append(client.SecurityEventsUri)
            .All(text => text is null
                || (Uri.TryCreate(text, UriKind.Absolute, out var address)
                    && address.Scheme is "http" or "https" && address.Fragment.Length == 0));
}
