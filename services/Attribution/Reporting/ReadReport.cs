using Hutong.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hutong.Attribution.Reporting;

/// <summary><c>GET /attribution/report</c>, for any signed-in caller: which brand may see what is not decided yet.</summary>
internal static class ReadReport
{
    public static void Map(IEndpointRouteBuilder attribution) => attribution.MapGet("/report", Read);

    private static async Task<Results<Ok<CreditReport>, ProblemHttpResult>> Read(
        [AsParameters] ReportRequest request, ReportQueries reports, ProblemTable problems, CancellationToken cancellation)
    {
        var report = await reports.Read(request, cancellation);
        return report.Succeeded ? TypedResults.Ok(report.Value) : problems.Answer(report.Rejection);
    }
}
