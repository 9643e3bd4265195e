using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Signing;

namespace Hutong.IdentityLink.Receipts;

/// <summary>
/// Signs the receipt of a change. It is an event on the person's stream, in the unit of work of what it attests, at the
/// version the person was read at: of two changes at once one is decided again, and the chain misses neither.
/// </summary>
public sealed class IssuingReceipts(Statements statements, Issuer issuer, TimeProvider time)
{
    /// <summary>The events, and the receipt if they change who leads to the person.</summary>
    /// <param name="person">The person before the events.</param>
    /// <param name="events">What happens.</param>
    /// <param name="evidence">Who proved what for it.</param>
    /// <param name="cancellation">Ends the signing.</param>
    public async Task<IReadOnlyList<object>> With(
        Person person, IReadOnlyList<object> events, Evidence evidence, CancellationToken cancellation)
    {
        if (Receipt.Of(person, events, evidence, issuer.Public, Guid.CreateVersion7(), time.GetUtcNow()) is not { } receipt)
            return events;
        var jws = await statements.Sign(Receipt.Type, receipt, ReceiptJson.Default.Receipt, cancellation);
        return [.. events, new ReceiptIssued(receipt.Number, jws)];
    }
}
