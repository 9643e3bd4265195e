using System.Globalization;
using System.Text.Json.Serialization;
using Hutong.IdentityLink.Limits;
using Hutong.IdentityLink.Provider;

namespace Hutong.IdentityLink.SecurityEvents;

/// <summary>
/// <c>POST /security_events/replay</c>: has the events since a time delivered to the client again, up to a thousand at a
/// time. Parameters: <c>since</c> (RFC 3339), and <c>after</c> with the <c>next</c> of the answer before.
/// </summary>
internal static class ReplayEndpoint
{
    public static void MapReplay(this IEndpointRouteBuilder routes) => routes.MapPost("/security_events/replay", Answer);

    private static async Task<IResult> Answer(
        HttpRequest request, PartnerCallers callers, SecurityEventDeliveries deliveries, ProvedLimits limits,
        CancellationToken cancellation)
    {
        var parameters = await Parameters.OfForm(request, cancellation);
        if (parameters is null)
            return OAuthError.InvalidRequest("The parameters are sent as application/x-www-form-urlencoded.").Answer();
        if (parameters.FirstFault is { } fault)
            return OAuthError.InvalidRequest(fault).Answer();
        var (partner, refusal) = await callers.Of(request, cancellation);
        if (partner is null)
            return refusal!;
        if (!DateTimeOffset.TryParse(parameters["since"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var since))
            return OAuthError.InvalidRequest("since is needed: a time such as 2026-11-22T08:00:00Z.").Answer();
        if (since < deliveries.KeptSince)
            return OAuthError.InvalidRequest($"since is too long ago: events are kept since {deliveries.KeptSince:yyyy-MM-ddTHH:mm:ssZ}.").Answer();
        var after = parameters["after"] is { } text ? EventCursor.Parse(text) : EventCursor.Start;
        if (after is null)
            return OAuthError.InvalidRequest("after is no cursor of an earlier answer.").Answer();
        if (!limits.MayReplay(partner))
            return OAuthError.TooManyRequests.Answer();
        var replayed = await deliveries.Replay(partner.Id, since.ToUniversalTime(), after, cancellation);
        NoStore.Set(request.HttpContext.Response);
        return Results.Json(replayed, SecurityEventJson.Default.Replayed);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Replayed))]
internal sealed partial class SecurityEventJson : JsonSerializerContext;
