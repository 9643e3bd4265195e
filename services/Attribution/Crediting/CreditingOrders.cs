using Hutong.Attribution.Orders;
using Hutong.Attribution.Posts;
using Hutong.Attribution.Touches;
using Hutong.EventStore;

namespace Hutong.Attribution.Crediting;

/// <summary>
/// What each piece of news changes about the credit of orders. Messages of different queues race, so every kind of news
/// may be the last to arrive: it is stored together with the statements that it makes out of date, and whatever was read
/// to decide is expected unchanged.
/// </summary>
internal sealed class CreditingOrders(IEventStore store, RepostTrees trees, TimeProvider time)
{
    /// <summary>An order: states its credit from what is known.</summary>
    public async Task<UnitOfWork> Confirm(OrderRecorded order, CancellationToken cancellation)
    {
        var credit = await LoadCredit(order.OrderId, cancellation);
        if (credit.Exists)
            return UnitOfWork.Empty;
        var trail = await LoadTrail(order.PersonId, cancellation);
        var unit = UnitOfWork.Empty.With(trail.Append(trail.State.Record(new ConversionRecorded(order.OrderId, order.ConfirmedAt))));
        return await State(unit, CreditCause.OrderConfirmed, [new(credit, [order], trail.State)], null, cancellation);
    }

    /// <summary>A click: states anew the credit of the orders it may have led to.</summary>
    public async Task<UnitOfWork> Click(ClickRecorded click, CancellationToken cancellation)
    {
        var trail = await LoadTrail(click.PersonId ?? click.ClickId, cancellation);
        var events = trail.State.Record(click);
        if (events.Count == 0)
            return UnitOfWork.Empty;
        var known = events.Aggregate(trail.State, Trail.Evolve);
        var orders = new List<OrderToState>();
        foreach (var conversion in known.Conversions.Where(c => ClickWindow.Covers(click.ClickedAt, c.ConfirmedAt)))
            orders.Add(new(await LoadCredit(conversion.OrderId, cancellation), [], known));
        return await State(UnitOfWork.Empty.With(trail.Append(events)), CreditCause.ClickArrived, orders, null, cancellation);
    }

    /// <summary>A post: states anew the credit of the orders that waited for it.</summary>
    public async Task<UnitOfWork> Arrive(PostNoted post, CancellationToken cancellation)
    {
        var known = await store.Load(KnownPost.Fold, KnownPost.StreamOf(post.PostId), cancellation: cancellation);
        if (known.State.Noted is not null)
            return UnitOfWork.Empty;
        var orders = new List<OrderToState>();
        foreach (var orderId in known.State.AwaitedBy)
        {
            var credit = await LoadCredit(orderId, cancellation);
            var trail = (await LoadTrail(credit.State.Order!.PersonId, cancellation)).State;
            // What an erased buyer did is not known any more: the credit of their orders stays as it was stated.
            if (!trail.Erased)
                orders.Add(new(credit, [], trail));
        }
        var unit = UnitOfWork.Empty.With(known.Append(post)).With(PostRows.KnownPosts.Upsert(PostRows.Of(post)));
        return await State(unit, CreditCause.PostArrived, orders, post, cancellation);
    }

    private async Task<UnitOfWork> State(
        UnitOfWork unit, string cause, IReadOnlyList<OrderToState> orders, PostNoted? arriving, CancellationToken cancellation)
    {
        var found = await trees.Load(orders.SelectMany(o => o.ClickedPosts()), arriving, cancellation);
        var awaited = new Dictionary<Guid, List<object>>();
        foreach (var order in orders)
        {
            var stated = StateCredit.Decide(new StateCredit(cause, order.Trail.Touches, found.Tree), order.State, time.GetUtcNow());
            unit = unit.With(order.Credit.Append([.. order.Before, .. stated]));
            foreach (var missing in MissingPosts(stated))
            {
                if (!awaited.TryGetValue(missing, out var events))
                    awaited.Add(missing, events = []);
                events.AddRange(found.Missing[missing].State.Await(missing, order.State.Order!.OrderId));
            }
        }
        return awaited.Aggregate(unit, (all, post) => all.With(found.Missing[post.Key].Append(post.Value)));
    }

    private static IEnumerable<Guid> MissingPosts(IReadOnlyList<object> stated) =>
        stated.OfType<CreditStated>().SelectMany(s => s.Touches).Select(t => t.MissingPostId).OfType<Guid>().Distinct();

    private Task<Loaded<Credit>> LoadCredit(Guid orderId, CancellationToken cancellation) =>
        store.Load(Credit.Fold, Credit.StreamOf(orderId), cancellation: cancellation);

    private Task<Loaded<Trail>> LoadTrail(Guid identity, CancellationToken cancellation) =>
        store.Load(Trail.Fold, Trail.StreamOf(identity), cancellation: cancellation);

    /// <summary>An order whose credit may have changed.</summary>
    /// <param name="Before">Events of its stream that come with this very news.</param>
    /// <param name="Trail">The buyer's trail, this news included.</param>
    private sealed record OrderToState(Loaded<Credit> Credit, IReadOnlyList<object> Before, Trail Trail)
    {
        public Credit State { get; } = Before.Aggregate(Credit.State, Crediting.Credit.Fold.Evolve);

        public IEnumerable<Guid> ClickedPosts() => Trail.Touches
            .Where(t => t.Kind == Touch.Click && State.Order is { } order && ClickWindow.Covers(t.At, order.ConfirmedAt))
            .Select(t => t.ViaPostId)
            .OfType<Guid>();
    }
}
