using Hutong.Attribution.Orders;
using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Hutong.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hutong.Attribution.Crediting;

/// <summary>One order's credit, explained to the last touch. Names the buyer nowhere.</summary>
/// <param name="TotalMinor">What was paid, in minor units of <paramref name="Currency"/>.</param>
/// <param name="WindowDays">How long a click counts.</param>
/// <param name="Statement">The statement shown.</param>
/// <param name="Cause">What made it necessary: <c>order_confirmed</c>, <c>click_arrived</c> or <c>post_arrived</c>.</param>
/// <param name="Models">The same order under every model.</param>
/// <param name="Rejected">Touches that do not count, with the reason.</param>
/// <param name="Statements">Every statement there was, the latest last; each stays as issued.</param>
public sealed record OrderExplanation(
    Guid OrderId, string ProductId, int Quantity, long TotalMinor, string Currency, DateTimeOffset ConfirmedAt, int WindowDays,
    int Statement, string Cause, DateTimeOffset StatedAt,
    IReadOnlyList<ModelExplanation> Models, IReadOnlyList<RejectedTouch> Rejected, IReadOnlyList<StatementHead> Statements);

/// <summary>An order's credit under one model.</summary>
/// <param name="Channels">Along channels; with <paramref name="ChannelUnattributedMinor"/> the order's total.</param>
/// <param name="Posts">Along the repost chain; with <paramref name="PostUnattributedMinor"/> the order's total.</param>
/// <param name="Touches">The touches that count, with their shares and paths.</param>
public sealed record ModelExplanation(
    string Model, IReadOnlyList<ChannelCredit> Channels, long ChannelUnattributedMinor,
    IReadOnlyList<PostCredit> Posts, long PostUnattributedMinor, IReadOnlyList<CountedTouch> Touches);

/// <summary>One of an order's statements.</summary>
public sealed record StatementHead(int Statement, string Cause, DateTimeOffset StatedAt);

/// <summary>
/// <c>GET /attribution/orders/{id}</c>, with <c>?statement=</c> an earlier statement as it was issued. For any signed-in
/// caller: which brand may see which orders is not decided yet.
/// </summary>
internal static class ExplainOrder
{
    public static void Map(IEndpointRouteBuilder attribution) => attribution.MapGet("/orders/{orderId:guid}", Explain);

    private static async Task<Results<Ok<OrderExplanation>, ProblemHttpResult>> Explain(
        Guid orderId, int? statement, HttpResponse response, OrderExplanations orders, ProblemTable problems, CancellationToken cancellation)
    {
        var found = await orders.Find(orderId, statement, cancellation);
        if (!found.Succeeded)
            return problems.Answer(found.Rejection);
        response.SetETag(found.Value.Statement);
        return TypedResults.Ok(found.Value);
    }
}

/// <summary>Reads explanations from the order's own stream: nothing lags behind, and nothing can differ from what was stated.</summary>
internal sealed class OrderExplanations(IEventStore store)
{
    public async Task<Outcome<OrderExplanation>> Find(Guid orderId, int? statement, CancellationToken cancellation)
    {
        var stream = await store.ReadStream(Credit.StreamOf(orderId), cancellation: cancellation);
        if (stream.Events.Select(e => e.Data).OfType<OrderRecorded>().FirstOrDefault() is not { } order)
            return new Rejection(AttributionProblems.OrderUnknown);
        var statements = stream.Events.Select(e => e.Data).OfType<CreditStated>().GroupBy(s => s.Statement).ToList();
        if (statements.Find(s => s.Key == (statement ?? statements[^1].Key)) is not { } models)
            return new Rejection(AttributionProblems.StatementUnknown);
        var head = Head(models);
        return new OrderExplanation(
            order.OrderId, order.ProductId, order.Quantity, order.TotalMinor, order.Currency, order.ConfirmedAt,
            (int)ClickWindow.Length.TotalDays, head.Statement, head.Cause, head.StatedAt,
            [.. models.Select(m => new ModelExplanation(
                m.Model, m.Channels, m.ChannelUnattributedMinor, m.Posts, m.PostUnattributedMinor, m.Touches))],
            models.First().Rejected,
            [.. statements.Select(Head)]);
    }

    private static StatementHead Head(IEnumerable<CreditStated> models)
    {
        var first = models.First();
        return new StatementHead(first.Statement, first.Cause, first.StatedAt);
    }
}
