namespace Hutong.CommerceCard.Paying;

/// <summary>
/// The payment provider. A payment's id is chosen by us, so that asking again is the same payment: providers call it
/// an idempotency key.
/// </summary>
public interface IPayments
{
    /// <summary>Asks for the money. The same id again gets the first answer.</summary>
    Task<PaymentAnswer> Charge(PaymentRequest request, CancellationToken cancellation);

    /// <summary>What became of a payment; null when the provider has never heard of it.</summary>
    Task<PaymentAnswer?> Find(Guid paymentId, CancellationToken cancellation);

    /// <summary>Gives the money back. Again changes nothing.</summary>
    Task Refund(Guid paymentId, CancellationToken cancellation);
}

/// <summary>A payment to be made.</summary>
/// <param name="PaymentId">Ours; the same for the same attempt.</param>
/// <param name="AmountMinor">Minor units of <paramref name="Currency"/>.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Token">What the buyer's browser got from the provider for their card. Never stored or logged by us.</param>
public sealed record PaymentRequest(Guid PaymentId, long AmountMinor, string Currency, string Token);

/// <summary>What the provider said.</summary>
public enum PaymentResult
{
    /// <summary>The money is ours.</summary>
    Charged,

    /// <summary>No money; the order may be paid in another way.</summary>
    Declined,

    /// <summary>The token is none of the provider's.</summary>
    TokenUnknown,

    /// <summary>The same id came with another amount or token before.</summary>
    AnotherRequest,
}

/// <summary>What the provider said, and its code for a refusal.</summary>
public sealed record PaymentAnswer(PaymentResult Result, string? Reason = null);
