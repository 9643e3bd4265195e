using System.Diagnostics;
using Hutong.ServiceDefaults.Outgoing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Hutong.ServiceDefaults.Problems;

/// <summary>Problem details for what no endpoint answered: unread requests, unknown addresses, failures.</summary>
internal static class ProblemServices
{
    public static void AddProblems(this WebApplicationBuilder builder, Action<ProblemTable>? problems)
    {
        var table = new ProblemTable();
        problems?.Invoke(table);
        builder.Services.AddSingleton(table);
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        builder.Services.Configure<ExceptionHandlerOptions>(options =>
        {
            options.StatusCodeSelector = StatusOf;
            // The caller's mistake, answered to the caller; its message quotes what was sent, which no log may hold.
            options.SuppressDiagnosticsCallback = context => context.Exception is BadHttpRequestException;
        });
        builder.Services.AddProblemDetails(options => options.CustomizeProblemDetails = context =>
        {
            var problem = context.ProblemDetails;
            if (!problem.Extensions.ContainsKey("code"))
            {
                var (code, detail) = table.ForStatus(problem.Status ?? context.HttpContext.Response.StatusCode);
                problem.Extensions["code"] = code;
                problem.Detail ??= detail;
            }
            problem.Extensions["traceId"] = Activity.Current?.TraceId.ToString();
        });
    }

    private static int StatusOf(Exception e) => e switch
    {
        BadHttpRequestException bad => bad.StatusCode,
        NpgsqlException and not PostgresException or TimeoutException => StatusCodes.Status503ServiceUnavailable,
        _ when OutgoingCalls.IsNoAnswer(e) => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };
}
