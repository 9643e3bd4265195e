using Hutong.Simulators.Pages;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hutong.Simulators.Platforms;

/// <summary>The page at <c>/</c>: what is simulated here, read from the routes themselves, and the demo people.</summary>
internal static class Overview
{
    public static void MapOverview(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/", (HttpContext context, EndpointDataSource endpoints) =>
        {
            PageHeaders.Set(context.Response);
            return new RazorComponentResult<OverviewPage>(new
            {
                Language = Language.Of(context.Request),
                Endpoints = ByPlatform(endpoints),
            });
        });

    private static ILookup<IPlatform, string> ByPlatform(EndpointDataSource endpoints) =>
        (from endpoint in endpoints.Endpoints.OfType<RouteEndpoint>()
         let platform = endpoint.Metadata.GetMetadata<IPlatform>()
         where platform is not null
         let methods = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []
         select (Platform: platform, Route: $"{string.Join(", ", methods)} {endpoint.RoutePattern.RawText}"))
        .ToLookup(row => row.Platform, row => row.Route);
}
