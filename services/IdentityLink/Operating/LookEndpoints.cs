using System.Security.Claims;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Profile;
using Hutong.ServiceDefaults.Authentication;
using Hutong.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hutong.IdentityLink.Operating;

/// <summary>An operator looks at something of a person's.</summary>
/// <param name="Reason">Why.</param>
public sealed record LookRequest(string? Reason) : IOperation;

/// <summary><c>POST /identity/operations/persons/{id}/…</c>: what an operator can see of a person, who sees that they did.</summary>
internal static class LookEndpoints
{
    public static void MapLooks(this IEndpointRouteBuilder routes)
    {
        var person = routes.MapOperations().MapGroup("/persons/{personId:guid}");
        person.MapPost("/accounts", Accounts);
    }

    private static async Task<Results<Ok<Me>, ProblemHttpResult>> Accounts(
        Guid personId, LookRequest look, ClaimsPrincipal caller, LookingAtPersons looking, LinkedAccounts accounts, ProblemTable problems,
        CancellationToken cancellation)
    {
        var seen = await looking.Record(caller.PersonId(), personId, Look.Accounts, OperationReason.Of(look), cancellation);
        if (!seen.Succeeded)
            return problems.Answer(seen.Rejection);
        var linked = await accounts.Of(personId, cancellation);
        return TypedResults.Ok(new Me(
            personId, [.. linked.Select(a => new MyAccount(a.Account, a.Platform, a.DisplayName, a.LinkedAt))]));
    }
}
