using System.Security.Claims;
using System.Text.RegularExpressions;
using Hutong.EventStore.Commands;
using Hutong.IdentityLink.Graph;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Platforms;
using Hutong.ServiceDefaults.Authentication;
using Hutong.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hutong.IdentityLink.Operating;

/// <summary>Search for whose an account is or was: by its stream id, or by its platform and its identifier there.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Account">The stream id, as other answers name accounts.</param>
/// <param name="Platform">The platform, instead.</param>
/// <param name="Identifier">The identifier there. It is hashed and not kept.</param>
/// <param name="AsOf">When, RFC 3339; now by default.</param>
/// <param name="KnownAt">By what was known when, RFC 3339; by all that is known by default.</param>
public sealed partial record SearchForOwner(
    string? Reason, string? Account, string? Platform, string? Identifier, string? AsOf, string? KnownAt) : IOperation
{
    /// <summary>It names no account, or names one in two ways.</summary>
    public const string Malformed = "search_malformed";

    private const int LongestIdentifier = 256;

    /// <summary>The platform and the streams that may be meant; null where it is malformed.</summary>
    internal (string Platform, IReadOnlyList<string> Streams)? Meant(KnownPlatforms platforms, AccountStreams streams) => this switch
    {
        { Account: { } account, Platform: null, Identifier: null } when AccountStreams.IsStream(account) =>
            (AccountStreams.PlatformOf(account), [account]),
        { Account: null, Platform: { } platform, Identifier: { Length: > 0 and <= LongestIdentifier } identifier }
            when PlatformName().IsMatch(platform) =>
            (platform, [.. (platforms.Find(platform)?.SubjectsOf(identifier) ?? [identifier]).Select(subject => streams.Of(platform, subject))]),
        _ => null,
    };

    [GeneratedRegex(@"\A[a-z0-9]{1,32}\z")]
    private static partial Regex PlatformName();
}

/// <summary>
/// <c>POST /identity/operations/accounts/owner</c>. Found or not, the answer has one shape and the search one event: on the
/// stream of whoever was found, and otherwise on the operator's own.
/// </summary>
internal static class SearchEndpoint
{
    public static void MapSearch(this IEndpointRouteBuilder routes) => routes.MapOperations().MapPost("/accounts/owner", Answer);

    private static async Task<Results<Ok<OwnerInTime>, ProblemHttpResult>> Answer(
        SearchForOwner search, ClaimsPrincipal caller, LookingAtPersons looking, GraphInTime graph, KnownPlatforms platforms,
        AccountStreams streams, TimeProvider time, ProblemTable problems, CancellationToken cancellation)
    {
        var when = AsOf.Read(search.AsOf, search.KnownAt, time.GetUtcNow());
        if (!when.Succeeded)
            return problems.Answer(when.Rejection);
        if (search.Meant(platforms, streams) is not { } meant)
            return problems.Answer(new Rejection(SearchForOwner.Malformed));

        var found = await graph.OwnerOf(meant.Streams, when.Value, cancellation);
        var reason = OperationReason.Of(search);
        var recorded = found.PersonId is { } person
            ? await looking.Record(caller.PersonId(), person, Look.Owner, reason, cancellation)
            : await looking.RecordInVain(caller.PersonId(), meant.Platform, reason, cancellation);
        return recorded.Succeeded ? TypedResults.Ok(found) : problems.Answer(recorded.Rejection);
    }
}
