using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Hutong.CommerceCard.Ordering;
using Hutong.CommerceCard.Stock;
using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Hutong.ServiceDefaults.Authentication;
using Hutong.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Hutong.CommerceCard.Paying;

/// <summary>How to pay.</summary>
/// <param name="Token">What the payment provider gave the buyer's browser.</param>
public sealed record PayOrderRequest(string? Token);

/// <summary><c>POST /orders/{id}/pay</c>, with <c>Idempotency-Key</c>.</summary>
internal static class PayOrder
{
    public static void Map(IEndpointRouteBuilder orders) => orders.MapPost("/{orderId:guid}/pay", Pay);

    private static async Task<Results<Ok<OrderView>, ProblemHttpResult>> Pay(
        Guid orderId, PayOrderRequest request, HttpContext http, ClaimsPrincipal caller, PaymentCommands commands,
        ProblemTable problems, CancellationToken cancellation)
    {
        var key = http.Request.IdempotencyKey();
        if (!key.Succeeded)
            return problems.Answer(key.Rejection);
        var outcome = await commands.Pay(caller.PersonId(), orderId, request.Token, key.Value, cancellation);
        if (!outcome.Succeeded)
            return problems.Answer(outcome.Rejection);
        http.Response.SetETag(outcome.Value.Version);
        return TypedResults.Ok(outcome.Value);
    }
}

/// <summary>
/// Pays orders. The provider is another system, so no transaction spans it: the intent is stored first, then the
/// provider is asked under an id of ours, then the answer is stored. After a crash at any point the same request, or
/// the expiry worker, goes on from where it stopped, and the provider charges once.
/// </summary>
internal sealed class PaymentCommands(
    CommandRunner runner, IdempotentCommands idempotent, Settlement settlement, ProductLanes lanes, IPayments payments,
    NpgsqlDataSource database, IEventStore store, TimeProvider time)
{
    private const int MaxTokenLength = 255;

    public async Task<Outcome<OrderView>> Pay(
        Guid personId, Guid orderId, string? token, string key, CancellationToken cancellation)
    {
        if (token is not { Length: > 0 and <= MaxTokenLength })
            return new Rejection(CommerceProblems.PaymentTokenUnknown);
        var paymentId = PaymentId(orderId, key);
        var started = await Start(personId, orderId, paymentId, cancellation);
        if (started.Rejection?.Code == CommerceProblems.PaymentInProgress)
        {
            await settlement.Resolve(orderId, cancellation);
            started = await Start(personId, orderId, paymentId, cancellation);
        }
        if (!started.Succeeded)
            return started.Rejection;

        var order = started.Value;
        var answer = await payments.Charge(
            new PaymentRequest(paymentId, order.TotalMinor, order.Currency, token), cancellation);
        switch (answer.Result)
        {
            case PaymentResult.Charged:
                // From here on the money is ours: the caller's going away must not stop the settlement.
                var settled = await lanes.Run(
                    order.ProductId,
                    () => idempotent.Run(
                        new IdempotentRequest($"pay:{orderId}", key, Encoding.UTF8.GetBytes(token)),
                        CommerceJson.Default.OrderView,
                        ct => settlement.Confirm(orderId, paymentId, ct),
                        CancellationToken.None),
                    CancellationToken.None);
                if (settled.Rejection?.Code is CommerceProblems.OrderExpired or CommerceProblems.OrderAlreadyPaid)
                    await settlement.Refund(orderId, paymentId);
                return settled;
            case PaymentResult.AnotherRequest:
                return new Rejection(IdempotentCommands.ReusedCode);
            default:
                await settlement.Decline(orderId, paymentId, answer.Reason ?? "token_unknown", cancellation);
                return answer.Result == PaymentResult.TokenUnknown
                    ? new Rejection(CommerceProblems.PaymentTokenUnknown)
                    : new Rejection(CommerceProblems.PaymentDeclined, $"The payment was declined: {answer.Reason}. Pay in another way.");
        }
    }

    private Task<Outcome<Order>> Start(Guid personId, Guid orderId, Guid paymentId, CancellationToken cancellation) =>
        runner.Run<Order>(
            async token =>
            {
                var loaded = await Streams.Orders.Load(database, store, orderId.ToString(), token);
                if (loaded.State is not { } order || order.PersonId != personId)
                    return new Rejection(CommerceProblems.OrderUnknown);
                var decided = order.StartPayment(paymentId, time.GetUtcNow());
                return decided.Succeeded
                    ? new Decision<Order>(order, OrderRows.Advance(UnitOfWork.Empty, loaded, decided.Value))
                    : decided.Rejection;
            },
            cancellation);

    /// <summary>The same attempt (order and key) is the same payment at the provider.</summary>
    private static Guid PaymentId(Guid orderId, string key) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes($"{orderId}|{key}"))[..16]);
}
