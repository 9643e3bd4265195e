using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Hutong.ServiceDefaults.Authentication;

/// <summary>
/// Authentication by the internal token: a JWT of at most a minute that the gateway obtained for exactly this service
/// in exchange for the caller's access token (RFC 8693). Nothing else is accepted.
/// </summary>
public static class InternalToken
{
    private static readonly TimeSpan MaxLifetime = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(5);

    /// <summary>The issuer of internal tokens, told apart from the public one so that neither passes for the other.</summary>
    public static string Issuer(IConfiguration configuration) =>
        $"{(configuration["Public:Origin"] ?? throw new InvalidOperationException("Public:Origin is not set.")).TrimEnd('/')}/internal";

    /// <summary>The person on whose behalf the call is made.</summary>
    /// <exception cref="InvalidOperationException">The endpoint does not require authorization.</exception>
    public static Guid PersonId(this ClaimsPrincipal caller) =>
        caller.FindPersonId() ?? throw new InvalidOperationException("The caller is not signed in; the endpoint must require authorization.");

    /// <summary>The person on whose behalf the call is made; null for a visitor.</summary>
    public static Guid? FindPersonId(this ClaimsPrincipal caller) => Guid.TryParse(caller.FindFirstValue("sub"), out var id) ? id : null;

    /// <summary>Whether the caller's token carries a scope (RFC 9068, section 2.2.3).</summary>
    public static bool HasScope(this ClaimsPrincipal caller, string scope) =>
        caller.FindFirstValue("scope")?.Split(' ').Contains(scope, StringComparer.Ordinal) == true;

    /// <summary>Lets in only callers whose token carries a scope; others get 401 without a token, and 403 with one.</summary>
    public static TBuilder RequireScope<TBuilder>(this TBuilder endpoints, string scope) where TBuilder : IEndpointConventionBuilder =>
        endpoints.RequireAuthorization(policy =>
            policy.RequireAuthenticatedUser().RequireAssertion(context => context.User.HasScope(scope)));

    internal static void AddInternalTokenAuthentication(this WebApplicationBuilder builder, string audience)
    {
        builder.Services.AddAuthorization();
        builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer(options =>
        {
            var keys = $"{(builder.Configuration["Services:IdentityLink:0"] ?? "http://localhost:5101").TrimEnd('/')}/jwks";
            options.MapInboundClaims = false;
            options.ConfigurationManager = new ConfigurationManager<OpenIdConnectConfiguration>(
                keys, new KeySetRetriever(), new HttpDocumentRetriever { RequireHttps = false })
            {
                RefreshInterval = TimeSpan.FromSeconds(5),
                // A key that leaked and was withdrawn counts no longer than this.
                AutomaticRefreshInterval = TimeSpan.FromMinutes(5),
                // By default the set before would be good for another hour.
                UseLastKnownGoodConfiguration = false,
            };
            options.TokenValidationParameters = new TokenValidationParameters
            {
                ValidIssuer = Issuer(builder.Configuration),
                ValidAudience = audience,
                ValidAlgorithms = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.EcdsaSha256],
                ClockSkew = ClockSkew,
                LifetimeValidator = (notBefore, expires, _, parameters) =>
                    Validators.IsWithin(notBefore, expires, MaxLifetime, parameters.ClockSkew),
                NameClaimType = "sub",
            };
        });
    }

    private static class Validators
    {
        /// <summary>Also refuses a token that lives longer than an internal one may: it was not made for this.</summary>
        public static bool IsWithin(DateTime? notBefore, DateTime? expires, TimeSpan longest, TimeSpan skew)
        {
            var now = TimeProvider.System.GetUtcNow().UtcDateTime;
            return notBefore is { } from && expires is { } to && from - skew <= now && now < to + skew && to - from <= longest;
        }
    }

    /// <summary>Reads a bare key set where the handler expects a discovery document: services need only the keys.</summary>
    private sealed class KeySetRetriever : IConfigurationRetriever<OpenIdConnectConfiguration>
    {
        public async Task<OpenIdConnectConfiguration> GetConfigurationAsync(string address, IDocumentRetriever retriever, CancellationToken cancel)
        {
            var set = new JsonWebKeySet(await retriever.GetDocumentAsync(address, cancel));
            var configuration = new OpenIdConnectConfiguration { JwksUri = address };
            foreach (var key in set.GetSigningKeys())
                configuration.SigningKeys.Add(key);
            return configuration;
        }
    }
}
