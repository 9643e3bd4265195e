using System.Security.Claims;
using System.Text.Json;
using Hutong.EventStore.Commands;
using Hutong.IdentityLink.Operating;
using Hutong.IdentityLink.Provider;
using Hutong.ServiceDefaults.Authentication;
using Hutong.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hutong.IdentityLink.Revoking;

/// <summary>An operator asks what was reached.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Of">Through what, and when.</param>
/// <param name="AfterSession">Behind which session to begin.</param>
/// <param name="AfterGrant">Behind which grant to begin.</param>
public sealed record PreviewRequest(string? Reason, ReachedThrough? Of, Guid? AfterSession, Guid? AfterGrant) : IOperation;

/// <summary>An operator revokes what was reached.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Of">Through what, and when.</param>
public sealed record RevokeRequest(string? Reason, ReachedThrough? Of) : IOperation;

/// <summary><c>/identity/operations/revocations</c>: what was reached, its end by one command, and how far that has come.</summary>
internal static class RevocationEndpoints
{
    private const string Path = "/revocations";

    public static void MapRevoking(this IEndpointRouteBuilder routes)
    {
        var operations = routes.MapOperations();
        operations.MapPost($"{Path}/preview", Preview);
        operations.MapPost(Path, Revoke);
        // Numbers alone, and nobody's: asking for them again and again needs no reason.
        routes.MapGet($"/identity/operations{Path}/{{id:guid}}", Progress).RequireScope(Scopes.Operations);
    }

    private static async Task<Results<Ok<Radius>, ProblemHttpResult>> Preview(
        PreviewRequest request, ClaimsPrincipal caller, RevokingReached revoking, LookingAtPersons looking, BlastRadius radius, ProblemTable problems,
        CancellationToken cancellation)
    {
        var scope = await revoking.Resolve(request.Of, cancellation);
        if (!scope.Succeeded)
            return problems.Answer(scope.Rejection);
        var recorded = await looking.RecordReach(caller.PersonId(), scope.Value, OperationReason.Of(request), cancellation);
        return recorded.Succeeded
            ? TypedResults.Ok(await radius.Of(scope.Value, request.AfterSession, request.AfterGrant, cancellation))
            : problems.Answer(recorded.Rejection);
    }

    private static async Task<Results<Accepted<Revoked>, ProblemHttpResult>> Revoke(
        RevokeRequest request, HttpRequest http, ClaimsPrincipal caller, RevokingReached revoking, ProblemTable problems,
        CancellationToken cancellation)
    {
        var key = http.IdempotencyKey();
        if (!key.Succeeded)
            return problems.Answer(key.Rejection);
        var revoked = await revoking.Handle(
            caller.PersonId(),
            new($"revocations:{caller.PersonId()}", key.Value, JsonSerializer.SerializeToUtf8Bytes(request, JsonSerializerOptions.Web)),
            request.Of, OperationReason.Of(request), cancellation);
        return revoked.Succeeded
            ? TypedResults.Accepted($"/identity/operations{Path}/{revoked.Value.RevocationId}", revoked.Value)
            : problems.Answer(revoked.Rejection);
    }

    private static async Task<Results<Ok<RevocationProgress>, ProblemHttpResult>> Progress(
        Guid id, HttpResponse response, Revocations revocations, ProblemTable problems, CancellationToken cancellation)
    {
        NoStore.Set(response);
        return await revocations.Find(id, cancellation) is { } progress
            ? TypedResults.Ok(progress)
            : problems.Answer(new Rejection("revocation_unknown"));
    }
}
