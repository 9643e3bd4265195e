using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Hutong.CommerceCard.Paying;

/// <summary>
/// A simulated payment provider: no money moves. It behaves as a provider does (idempotent by payment id, remembers,
/// refunds) and answers by test token: <c>tok_ok</c> is charged; <c>tok_declined</c>,
/// <c>tok_insufficient_funds</c> and <c>tok_expired_card</c> are declined with that reason.
/// </summary>
internal sealed class SimulatedPayments(NpgsqlDataSource database) : IPayments
{
    private static readonly Dictionary<string, PaymentAnswer> Rules = new(StringComparer.Ordinal)
    {
        ["tok_ok"] = new(PaymentResult.Charged),
        ["tok_declined"] = new(PaymentResult.Declined, "card_declined"),
        ["tok_insufficient_funds"] = new(PaymentResult.Declined, "insufficient_funds"),
        ["tok_expired_card"] = new(PaymentResult.Declined, "expired_card"),
    };

    // The first writer of an id decides; everybody reads what was decided.
    private const string ChargeSql = """
        insert into simulated_payment (payment_id, request_hash, amount_minor, currency, declined) values ($1, $2, $3, $4, $5)
        on conflict (payment_id) do nothing
        """;

    private const string FindSql = "select request_hash, declined from simulated_payment where payment_id = $1";

    private const string RefundSql =
        "update simulated_payment set refunded_at = coalesce(refunded_at, now()) where payment_id = $1 and declined is null";

    /// <summary>The test tokens, for the checkout page to choose from.</summary>
    public static IReadOnlyCollection<string> Tokens => Rules.Keys;

    public async Task<PaymentAnswer> Charge(PaymentRequest request, CancellationToken cancellation)
    {
        if (!Rules.TryGetValue(request.Token, out var rule))
            return new PaymentAnswer(PaymentResult.TokenUnknown);
        var hash = Hash(request);
        await using var command = database.CreateCommand(ChargeSql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = request.PaymentId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = hash });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = request.AmountMinor });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = request.Currency });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)rule.Reason ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        await command.ExecuteNonQueryAsync(cancellation);
        var (known, answer) = (await Read(request.PaymentId, cancellation))!.Value;
        return known == hash ? answer : new PaymentAnswer(PaymentResult.AnotherRequest);
    }

    public async Task<PaymentAnswer?> Find(Guid paymentId, CancellationToken cancellation) =>
        (await Read(paymentId, cancellation))?.Answer;

    public async Task Refund(Guid paymentId, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(RefundSql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = paymentId });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private async Task<(string Hash, PaymentAnswer Answer)?> Read(Guid paymentId, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(FindSql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = paymentId });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation))
            return null;
        var answer = await reader.IsDBNullAsync(1, cancellation)
            ? new PaymentAnswer(PaymentResult.Charged)
            : new PaymentAnswer(PaymentResult.Declined, reader.GetString(1));
        return (reader.GetString(0), answer);
    }

    private static string Hash(PaymentRequest request) => Convert.ToHexStringLower(SHA256.HashData(
        Encoding.UTF8.GetBytes($"{request.AmountMinor}|{request.Currency}|{request.Token}")));
}
