using System.Security.Claims;
using System.Text.Json.Nodes;
using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Hutong.IdentityLink.Operating;
using Hutong.ServiceDefaults.Authentication;
using Hutong.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hutong.IdentityLink.Registration;

/// <summary>List what waits for a decision, or what has a status.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Status">The status; null for whatever waits.</param>
/// <param name="After">The <c>next</c> of the page before.</param>
/// <param name="Limit">How many at most.</param>
public sealed record ListClients(string? Reason, ClientStatus? Status, string? After, int? Limit) : IOperation;

/// <summary>Look at a client, its contacts included, or decide on it.</summary>
/// <param name="Reason">Why; of a decision the owner reads it.</param>
public sealed record OnClient(string? Reason) : IOperation;

/// <summary>
/// <c>/identity/operations/clients</c>: operators approve, reject, suspend and reinstate. A decision names in <c>If-Match</c>
/// the version that was looked at, so that nobody approves what they did not see.
/// </summary>
internal static class ReviewEndpoints
{
    public static void MapReviews(this IEndpointRouteBuilder routes)
    {
        var clients = routes.MapOperations().MapGroup("/clients");
        clients.MapPost("", List);
        clients.MapPost("/{clientId}", LookAt);
        foreach (var what in Enum.GetValues<Review>())
        {
            clients.MapPost(
                $"/{{clientId}}/{what.ToString().ToLowerInvariant()}",
                (string clientId, OnClient request, HttpContext http, ClaimsPrincipal caller, ReviewingClients reviewing, ProblemTable problems,
                    CancellationToken cancellation) => Decide(what, clientId, request, http, caller, reviewing, problems, cancellation));
        }
    }

    // Names of apps, and nobody's: a list leaves no event.
    private static async Task<Ok<JsonObject>> List(ListClients request, ClientList list, CancellationToken cancellation) =>
        TypedResults.Ok(await list.Waiting(request.Status, request.After, request.Limit, cancellation));

    private static async Task<Results<Ok<JsonObject>, ProblemHttpResult>> LookAt(
        string clientId, OnClient request, HttpResponse response, ClaimsPrincipal caller, ReviewingClients reviewing, LookingAtPersons looking,
        ManagingClients managing, ProblemTable problems, CancellationToken cancellation)
    {
        if (await reviewing.Find(clientId, cancellation) is not { } client)
            return problems.Answer(new Rejection(RegisteringClients.Unknown));
        var recorded = await looking.Record(
            caller.PersonId(), client.State.Owner, Look.Clients, OperationReason.Of(request), cancellation);
        if (!recorded.Succeeded)
            return problems.Answer(recorded.Rejection);
        var shown = await managing.Show(client.State, cancellation);
        shown["owner"] = client.State.Owner.ToString();
        response.SetETag(client.Version);
        return TypedResults.Ok(shown);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Decide(
        Review what, string clientId, OnClient request, HttpContext http, ClaimsPrincipal caller, ReviewingClients reviewing,
        ProblemTable problems, CancellationToken cancellation)
    {
        // Whom to suspend does not depend on what they changed last: it must not wait for another look.
        if (what is Review.Approve or Review.Reject && !http.Request.NamesOneVersion())
            return problems.Answer(new Rejection(ClientEndpoints.VersionMissing));
        var decided = await reviewing.Handle(
            caller.PersonId(), clientId, what, OperationReason.Of(request), http.Request.CheckIfMatch, cancellation);
        if (!decided.Succeeded)
            return problems.Answer(decided.Rejection);
        http.Response.SetETag(decided.Value.Version);
        return TypedResults.NoContent();
    }
}
