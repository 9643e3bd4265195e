using Hutong.EventStore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Hutong.ServiceDefaults.Health;

/// <summary>
/// <c>/health/live</c> is the process alone: it never fails for a database's sake. <c>/health/ready</c> is everything
/// the process needs to serve: checks tagged <c>ready</c>.
/// </summary>
internal static class HealthServices
{
    public static void AddHealth(this WebApplicationBuilder builder) =>
        builder.Services.AddHealthChecks().AddCheck<DatabaseProbe>("database", tags: ["ready"]);

    public static void MapHealth(this WebApplication app)
    {
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous();
        app.MapHealthChecks("/health/ready", new HealthCheckOptions
        {
            Predicate = check => check.Tags.Contains("ready"),
            ResponseWriter = (context, report) => context.Response.WriteAsJsonAsync(new
            {
                status = report.Status.ToString(),
                checks = report.Entries.ToDictionary(e => e.Key, e => e.Value.Description ?? e.Value.Status.ToString()),
            }),
        }).AllowAnonymous();
    }

    private sealed class DatabaseProbe(IServiceProvider services) : IHealthCheck
    {
        private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            if (services.GetService<NpgsqlDataSource>() is not { } database)
                return HealthCheckResult.Healthy("This process has no database.");
            if (services.GetService<SchemaReady>() is { IsReady: false })
                return HealthCheckResult.Unhealthy("The schema is not in place yet.");
            using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limited.CancelAfter(Timeout);
            try
            {
                await using var command = database.CreateCommand("select 1");
                await command.ExecuteScalarAsync(limited.Token);
                return HealthCheckResult.Healthy();
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                return HealthCheckResult.Unhealthy($"The database does not answer ({e.GetType().Name}).");
            }
        }
    }
}
