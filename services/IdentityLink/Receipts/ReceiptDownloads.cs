using Hutong.EventStore;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Signing;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Hutong.IdentityLink.Receipts;

/// <summary>What a person downloads.</summary>
/// <param name="Issuer">Who signed it.</param>
/// <param name="Receipts">The receipts in their order, each a compact JWS.</param>
/// <param name="Chain">A signed <see cref="ReceiptChainStatement"/>: how many there are in all.</param>
/// <param name="Keys">The public keys of these signatures, as <c>/jwks</c> gives those in use.</param>
/// <param name="Next">Where the next are; null where these are the last.</param>
public sealed record ReceiptsDocument(
    string Issuer, IReadOnlyList<string> Receipts, string Chain, IReadOnlyList<PublicKey> Keys, string? Next);

/// <summary>Puts a person's receipts together, a thousand at a time.</summary>
public sealed class ReceiptDownloads(IEventStore store, Statements statements, SigningKeys keys, Issuer issuer, TimeProvider time)
{
    private const int AtMost = 1000;

    /// <summary>A person's receipts.</summary>
    /// <param name="personId">The person.</param>
    /// <param name="after">The number of the last receipt of the part before; null for the first part.</param>
    /// <param name="addressAfter">Where the receipts after a number are.</param>
    /// <param name="cancellation">Ends the signing.</param>
    public async Task<ReceiptsDocument> Of(Guid personId, long? after, Func<long, string> addressAfter, CancellationToken cancellation)
    {
        var stream = await store.ReadStream(Person.StreamOf(personId), cancellation: cancellation);
        var all = stream.Events.Select(e => e.Data).OfType<ReceiptIssued>().ToArray();
        var chain = all.Aggregate(ReceiptChain.Empty, (chain, receipt) => chain.With(receipt.Jws));
        var statement = await statements.Sign(
            ReceiptChainStatement.Type,
            new ReceiptChainStatement(issuer.Public, time.GetUtcNow().ToUnixTimeSeconds(), Guid.CreateVersion7(), chain.Count, chain.Last),
            ReceiptJson.Default.ReceiptChainStatement, cancellation);

        var page = all.Where(receipt => receipt.Number > (after ?? 0)).Take(AtMost).ToArray();
        var next = page.Length > 0 && page[^1].Number < chain.Count ? addressAfter(page[^1].Number) : null;
        string[] receipts = [.. page.Select(receipt => receipt.Jws)];
        var used = receipts.Append(statement).Select(jws => new JsonWebToken(jws).Kid).ToHashSet(StringComparer.Ordinal);
        return new(
            issuer.Public, receipts, statement,
            [.. (await keys.Ring(cancellation)).Keys.Select(held => held.Key.Public).Where(key => used.Contains(key.Kid))],
            next);
    }
}
