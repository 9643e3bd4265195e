namespace Hutong.IdentityLink.Provider;

/// <summary>
/// Lets apps that run in a browser call the endpoints that look at what a request says and never at cookies (Fetch
/// Standard, "CORS protocol"). Any origin may: whoever holds a code or token could send it from elsewhere as well.
/// </summary>
internal static class CrossOrigin
{
    private const string Policy = "cross-origin";

    private static readonly TimeSpan PreflightLifetime = TimeSpan.FromHours(1);

    public static void AddCrossOrigin(this IServiceCollection services) => services.AddCors(options => options.AddPolicy(Policy, policy => policy
        .AllowAnyOrigin()
        .WithMethods(HttpMethods.Get, HttpMethods.Post)
        .WithHeaders("authorization", "content-type")
        .WithExposedHeaders("WWW-Authenticate", "Retry-After")
        .SetPreflightMaxAge(PreflightLifetime)));

    /// <summary>Callable from pages of any origin. The endpoint must not look at cookies.</summary>
    public static TBuilder CallableFromAnywhere<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        endpoint.RequireCors(Policy);
}
