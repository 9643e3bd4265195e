using System.Security.Claims;
using Hutong.IdentityLink.Provider;
using Hutong.ServiceDefaults.Authentication;
using Hutong.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hutong.IdentityLink.Graph;

/// <summary><c>GET /identity/accounts</c>: which accounts the caller had, <c>asOf</c> a time and by what was known at another.</summary>
internal static class AccountsEndpoint
{
    public static void MapAccountsInTime(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/identity/accounts", Answer).RequireAuthorization();

    private static async Task<Results<Ok<AccountsInTime>, ProblemHttpResult>> Answer(
        string? asOf, string? knownAt, string? after, int? limit, ClaimsPrincipal caller, HttpResponse response, GraphInTime graph,
        TimeProvider time, ProblemTable problems, CancellationToken cancellation)
    {
        var when = AsOf.Read(asOf, knownAt, time.GetUtcNow());
        if (!when.Succeeded)
            return problems.Answer(when.Rejection);
        var accounts = await graph.AccountsOf(caller.PersonId(), when.Value, after, limit, cancellation);
        if (!accounts.Succeeded)
            return problems.Answer(accounts.Rejection);
        NoStore.Set(response);
        return TypedResults.Ok(accounts.Value);
    }
}
