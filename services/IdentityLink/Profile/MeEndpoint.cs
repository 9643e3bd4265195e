using System.Security.Claims;
using Hutong.EventStore;
using Hutong.IdentityLink.Persons;
using Hutong.ServiceDefaults.Authentication;
using Hutong.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hutong.IdentityLink.Profile;

/// <summary>The caller.</summary>
/// <param name="PersonId">The person, the same in every service.</param>
/// <param name="Accounts">The linked accounts, the first linked first.</param>
public sealed record Me(Guid PersonId, IReadOnlyList<MyAccount> Accounts);

/// <summary>A linked account.</summary>
/// <param name="Account">Names it in this API; tells nothing about the account.</param>
/// <param name="Platform">Such as <c>weibo</c>.</param>
/// <param name="DisplayName">What the platform calls it; null where it has no name.</param>
/// <param name="LinkedAt">UTC.</param>
public sealed record MyAccount(string Account, string Platform, string? DisplayName, DateTimeOffset LinkedAt);

/// <summary><c>GET /identity/me</c>: who the caller is and which accounts are theirs.</summary>
internal static class MeEndpoint
{
    public static void MapMe(this IEndpointRouteBuilder routes) => routes.MapGet("/identity/me", Answer).RequireAuthorization();

    private static async Task<Results<Ok<Me>, StatusCodeHttpResult, NotFound>> Answer(
        ClaimsPrincipal caller, HttpContext http, IEventStore store, LinkedAccounts accounts, CancellationToken cancellation)
    {
        var person = await store.Load(Person.Fold, Person.StreamOf(caller.PersonId()), cancellation: cancellation);
        if (!person.Exists)
            return TypedResults.NotFound();
        http.Response.SetETag(person.Version);
        http.Response.Headers.CacheControl = "private, no-cache";
        if (http.Request.Headers.IfNoneMatch == http.Response.Headers.ETag)
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        var linked = await accounts.Of(person.State.Id, cancellation);
        return TypedResults.Ok(new Me(
            person.State.Id, [.. linked.Select(a => new MyAccount(a.Account, a.Platform, a.DisplayName, a.LinkedAt))]));
    }
}
