using Hutong.EventStore;
using Hutong.IdentityLink.Pages;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Sessions;
using Microsoft.Net.Http.Headers;

namespace Hutong.IdentityLink.Receipts;

/// <summary>
/// <c>GET /account/receipts</c>: the receipts of whoever is signed in, or of somebody who was merged into them and is not
/// split off, since nobody could sign in as those.
/// </summary>
internal static class ReceiptsEndpoint
{
    public const string Path = "/account/receipts";

    /// <summary>The receipts of somebody who was merged into whoever is signed in.</summary>
    public static string AddressOf(Guid absorbed) => $"{Path}?of={absorbed}";

    public static void MapReceipts(this IEndpointRouteBuilder routes) => routes.MapGet(Path, Download);

    private static async Task<IResult> Download(
        Guid? of, long? after, HttpResponse response, Browser browser, IEventStore store, ReceiptDownloads receipts,
        CancellationToken cancellation)
    {
        if (browser.Session is not { } session)
            return new SeeOther("/sign-in");
        if (of is { } other && other != session.PersonId)
        {
            var person = await store.Load(Person.Fold, Person.StreamOf(session.PersonId), cancellation: cancellation);
            if (person.State.Has.Absorptions.All(merge => merge.From != other))
                return ErrorPage.Of("receipts_unknown", backTo: "/account");
        }
        var document = await receipts.Of(of ?? session.PersonId, after, last => NextAddress(of, last), cancellation);
        NoStore.Set(response);
        response.GetTypedHeaders().ContentDisposition = new ContentDispositionHeaderValue("attachment") { FileName = "hutong-receipts.json" };
        return Results.Json(document, ReceiptJson.Default.ReceiptsDocument);
    }

    private static string NextAddress(Guid? of, long after) => $"{(of is { } person ? $"{AddressOf(person)}&" : $"{Path}?")}after={after}";
}
