using Hutong.Attribution.Orders;
using Hutong.Attribution.Posts;
using Hutong.Attribution.Touches;

namespace Hutong.Attribution.Crediting;

/// <summary>State what brought an order, from what is known now.</summary>
/// <param name="Cause">Why now, see <see cref="CreditCause"/>.</param>
/// <param name="Touches">Everything the buyer did.</param>
/// <param name="Tree">The posts above those clicked.</param>
internal sealed record StateCredit(string Cause, IReadOnlyList<Touch> Touches, RepostTree Tree)
{
    /// <summary>Decides a statement per model; no events when the last ones say the same.</summary>
    public static IReadOnlyList<object> Decide(StateCredit command, Credit credit, DateTimeOffset now)
    {
        if (credit.Order is not { } order)
            return [];
        var (counted, rejected) = ClickWindow.Select(command.Touches, order);
        var stated = CreditModel.All
            .Select(model => State(model, order, Weigh(model, counted, command.Tree, order)) with
            {
                Statement = credit.Statement + 1,
                Cause = command.Cause,
                StatedAt = now,
                Rejected = rejected,
            })
            .ToList();
        return stated.All(s => credit.Latest.TryGetValue(s.Model, out var last) && s.SaysTheSameAs(last)) ? [] : stated;
    }

    private static List<CountedTouch> Weigh(CreditModel model, IReadOnlyList<Touch> touches, RepostTree tree, OrderRecorded order)
    {
        var shares = model.Divide(touches.Count);
        return [.. touches.Select((touch, i) =>
        {
            var chain = touch.ViaPostId is { } via ? tree.ChainOf(via) : new Chain([], null);
            return new CountedTouch(
                touch.TouchId, touch.Channel ?? "", touch.ViaPostId, touch.At, shares[i], Steps(model, chain.Path, order), chain.Missing);
        })];
    }

    /// <summary>Some posts get nothing, and the others divide the whole.</summary>
    private static IReadOnlyList<PathStep> Steps(CreditModel model, IReadOnlyList<PostNoted> path, OrderRecorded order)
    {
        var shares = new Queue<Share>(model.Divide(path.Count(p => Reject(p, order) is null)));
        return [.. path.Select(p => Reject(p, order) is { } reason
            ? new PathStep(p.PostId, p.AuthorId, p.Depth, new Share(0, 1), reason)
            : new PathStep(p.PostId, p.AuthorId, p.Depth, shares.Dequeue(), null))];
    }

    // Which post a click came through is the clicker's word: one about something else did not bring this order.
    private static string? Reject(PostNoted post, OrderRecorded order) =>
        post.AuthorId == order.PersonId ? PathStep.Self
        : post.ProductId != order.ProductId ? ClickWindow.OtherProduct
        : null;

    private static CreditStated State(CreditModel model, OrderRecorded order, List<CountedTouch> touches)
    {
        var channels = Apportionment.Among(order.TotalMinor, [.. touches.Select(t => (t.Channel, t.Share))]);
        // Null stands for nobody: a click outside a post, on an unknown one or on one that counts for nothing. It takes part in the
        // rounding like everybody, so that what is left over is whole units too.
        var posts = Apportionment.Among<Guid?>(order.TotalMinor, [.. touches.SelectMany(PostClaims)]);
        return new CreditStated(
            order.OrderId, 0, model.Name, "", default, order.TotalMinor, order.Currency, touches, [],
            [.. channels.Select(c => new ChannelCredit(c.Key, c.Minor))],
            order.TotalMinor - channels.Sum(c => c.Minor),
            [.. posts.Where(p => p.Key is not null).Select(p => new PostCredit(p.Key!.Value, p.Minor))],
            order.TotalMinor - posts.Where(p => p.Key is not null).Sum(p => p.Minor));
    }

    private static IEnumerable<(Guid? Post, Share Share)> PostClaims(CountedTouch touch) =>
        touch.Path.Any(s => s.Reason is null)
            ? touch.Path.Where(s => s.Reason is null).Select(s => ((Guid?)s.PostId, touch.Share * s.Share))
            : [(null, touch.Share)];
}
