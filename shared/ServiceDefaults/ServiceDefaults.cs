using Hutong.ServiceDefaults.Authentication;
using Hutong.ServiceDefaults.Health;
using Hutong.ServiceDefaults.Problems;
using Hutong.ServiceDefaults.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hutong.ServiceDefaults;

/// <summary>What every process of ours has in common, in two calls.</summary>
public static class ServiceDefaults
{
    /// <summary>Largest request body accepted unless an endpoint says otherwise, bytes.</summary>
    public const long MaxRequestBody = 256 * 1024;

    /// <summary>
    /// Adds telemetry, health checks, problem details and authentication by the internal token: a service behind the
    /// gateway.
    /// </summary>
    /// <param name="builder">The host.</param>
    /// <param name="service">The service's name in traces, and the audience of tokens it accepts: <c>social-feed</c>.</param>
    /// <param name="problems">The service's refusals, by code.</param>
    public static WebApplicationBuilder AddServiceDefaults(
        this WebApplicationBuilder builder, string service, Action<ProblemTable>? problems = null)
    {
        builder.AddHostDefaults(service, problems);
        builder.AddInternalTokenAuthentication(service);
        return builder;
    }

    /// <summary>As <see cref="AddServiceDefaults"/>, for a process that knows its callers by other means: the gateway.</summary>
    public static WebApplicationBuilder AddHostDefaults(
        this WebApplicationBuilder builder, string service, Action<ProblemTable>? problems = null)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxRequestBody;
        });
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddTelemetry(service);
        builder.AddHealth();
        builder.AddProblems(problems);
        return builder;
    }

    /// <summary>Maps health, error handling and authentication. Call first, before the service's own endpoints.</summary>
    public static WebApplication MapServiceDefaults(this WebApplication app)
    {
        app.MapHostDefaults();
        app.UseAuthentication();
        app.UseAuthorization();
        return app;
    }

    /// <summary>As <see cref="MapServiceDefaults"/>, without authentication.</summary>
    public static WebApplication MapHostDefaults(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseFormTypes();
        app.UseRouting();
        app.UseSpanNames();
        app.MapHealth();
        return app;
    }
}
