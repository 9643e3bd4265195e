using Hutong.IdentityLink.Provider;

namespace Hutong.IdentityLink.Succession;

/// <summary>
/// <c>GET /subject_notices</c>: what became of the <c>sub</c>s of the client's sector, and of its developer's
/// <c>unionid</c>s. See <see cref="PartnerCallers"/> for how the client shows who it is.
/// </summary>
internal static class SubjectNoticesEndpoint
{
    public static void MapSubjectNotices(this IEndpointRouteBuilder routes) => routes.MapGet("/subject_notices", Answer);

    private static async Task<IResult> Answer(
        HttpRequest request, PartnerCallers partners, SubjectNotices notices, CancellationToken cancellation)
    {
        var parameters = Parameters.OfQuery(request);
        if (parameters.FirstFault is { } fault)
            return OAuthError.InvalidRequest(fault).Answer();
        var (client, refusal) = await partners.Of(request, cancellation);
        if (client is null)
            return refusal!;
        var after = parameters["after"] is { } text ? NoticeCursor.Parse(text) : NoticeCursor.Start;
        if (after is null)
            return OAuthError.InvalidRequest("after is no cursor of an earlier answer.").Answer();
        var page = await notices.After(client.Sectors, after, cancellation);
        NoStore.Set(request.HttpContext.Response);
        return Results.Json(new SubjectNoticesBody(page.Notices, page.Next.ToString()), SuccessionJson.Default.SubjectNoticesBody);
    }
}

/// <summary>The answer.</summary>
/// <param name="Notices">Compact JWSs, the oldest first; empty where there is nothing new.</param>
/// <param name="Next">What to send as <c>after</c> the next time.</param>
internal sealed record SubjectNoticesBody(IReadOnlyList<string> Notices, string Next);
