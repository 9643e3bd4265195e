using Hutong.EventStore;
using Hutong.IdentityLink.Pages;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Sessions;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.Net.Http.Headers;

namespace Hutong.IdentityLink.Receipts;

/// <summary>What a person downloads.</summary>
/// <param name="Issuer">Who signed it.</param>
/// <param name="Receipts">The receipts in their order, each a compact JWS.</param>
/// <param name="Chain">A signed <see cref="ReceiptChainStatement"/>: how many there are in all.</param>
/// <param name="Keys">The public keys of these signatures, as <c>/jwks</c> gives those in use.</param>
/// <param name="Next">Where the next are; null where these are the last.</param>
public sealed record ReceiptsDocument(
    string Issuer, IReadOnlyList<string> Receipts, string Chain, IReadOnlyList<PublicKey> Keys, string? Next);

/// <summary>
/// <c>GET /account/receipts</c>: the receipts of whoever is signed in, or of somebody who was merged into them and is not
/// split off, since nobody could sign in as those.
/// </summary>
internal static class ReceiptsEndpoint
{
    public const string Path = "/account/receipts";

    private const int AtMost = 1000;

    /// <summary>The receipts of somebody who was merged into whoever is signed in.</summary>
    public static string AddressOf(Guid absorbed) => $"{Path}?of={absorbed}";

    public static void MapReceipts(this IEndpointRouteBuilder routes) => routes.MapGet(Path, Download);

    private static async Task<IResult> Download(
        Guid? of, long? after, HttpResponse response, Browser browser, IEventStore store, Statements statements, SigningKeys keys,
        Issuer issuer, TimeProvider time, CancellationToken cancellation)
    {
        if (browser.Session is not { } session)
            return new SeeOther("/sign-in");
        if (of is { } other && other != session.PersonId)
        {
            var person = await store.Load(Person.Fold, Person.StreamOf(session.PersonId), cancellation: cancellation);
            if (person.State.Has.Absorptions.All(merge => merge.From != other))
                return ErrorPage.Of("receipts_unknown", backTo: "/account");
        }
        var stream = await store.ReadStream(Person.StreamOf(of ?? session.PersonId), cancellation: cancellation);
        var all = stream.Events.Select(e => e.Data).OfType<ReceiptIssued>().ToArray();
        var chain = all.Aggregate(ReceiptChain.Empty, (chain, receipt) => chain.With(receipt.Jws));
        var statement = await statements.Sign(
            ReceiptChainStatement.Type,
            new ReceiptChainStatement(issuer.Public, time.GetUtcNow().ToUnixTimeSeconds(), Guid.CreateVersion7(), chain.Count, chain.Last),
            ReceiptJson.Default.ReceiptChainStatement, cancellation);

        var page = all.Where(receipt => receipt.Number > (after ?? 0)).Take(AtMost).ToArray();
        var next = page.Length > 0 && page[^1].Number < chain.Count ? NextAddress(of, page[^1].Number) : null;
        string[] receipts = [.. page.Select(receipt => receipt.Jws)];
        var used = receipts.Append(statement).Select(jws => new JsonWebToken(jws).Kid).ToHashSet(StringComparer.Ordinal);
        NoStore.Set(response);
        response.GetTypedHeaders().ContentDisposition = new ContentDispositionHeaderValue("attachment") { FileName = "hutong-receipts.json" };
        return Results.Json(
            new ReceiptsDocument(
                issuer.Public, receipts, statement,
                [.. (await keys.All(cancellation)).Where(key => used.Contains(key.KeyId)).Select(PublicKey.Of)],
                next),
            ReceiptJson.Default.ReceiptsDocument);
    }

    private static string NextAddress(Guid? of, long after) => $"{(of is { } person ? $"{AddressOf(person)}&" : $"{Path}?")}after={after}";
}
