using Hutong.IdentityLink.Provider;

namespace Hutong.IdentityLink.Deliveries;

/// <summary>
/// <c>GET /logout_deliveries</c> and <c>GET /security_events/deliveries</c>: how deliveries to the client that asks went, the
/// newest first.
/// </summary>
internal static class DeliveryLogEndpoints
{
    public static void MapDeliveryLogs(this IEndpointRouteBuilder routes)
    {
        foreach (var (path, kind) in ((string, string)[])[("/logout_deliveries", DeliveryLog.Logout), ("/security_events/deliveries", DeliveryLog.Event)])
        {
            routes.MapGet(path, (HttpRequest request, PartnerCallers callers, DeliveryLog log, CancellationToken cancellation) =>
                Answer(kind, request, callers, log, cancellation));
        }
    }

    private static async Task<IResult> Answer(
        string kind, HttpRequest request, PartnerCallers callers, DeliveryLog log, CancellationToken cancellation)
    {
        var parameters = Parameters.OfQuery(request);
        if (parameters.FirstFault is { } fault)
            return OAuthError.InvalidRequest(fault).Answer();
        var (partner, refusal) = await callers.Of(request, cancellation);
        if (partner is null)
            return refusal!;
        if (DeliveryLog.Parse(parameters["before"]) is not { } before)
            return OAuthError.InvalidRequest("before is no cursor of an earlier answer.").Answer();
        NoStore.Set(request.HttpContext.Response);
        return Results.Json(await log.Of(partner.Id, kind, before, cancellation), DeliveryJson.Default.DeliveryLogPage);
    }
}
