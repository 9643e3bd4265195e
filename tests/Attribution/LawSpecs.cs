using FsCheck;
using FsCheck.Fluent;
using Hutong.Attribution.Crediting;
using Hutong.Attribution.Orders;
using Hutong.Attribution.Posts;
using Hutong.Attribution.Touches;

namespace Hutong.Attribution.Tests;

/// <summary>For every order and model, whatever was done and whatever is known of it: credit + unattributed = total.</summary>
public sealed class LawSpecs
{
    private const int Posts = 12;
    private const int People = 4;
    private static readonly Guid[] PostIds = [.. Enumerable.Range(1, Posts).Select(Id)];
    private static readonly Guid[] PersonIds = [.. Enumerable.Range(101, People).Select(Id)];
    private static readonly string[] Channels = ["social", "embed", "shop"];

    /// <summary>A history: posts that pass on earlier ones, the clicks of one buyer, and what one learns of it bit by bit.</summary>
    private static readonly Gen<History> Histories =
        from total in Gen.OneOf(Gen.Choose(0, 12).Select(t => (long)t), Gen.Choose(0, int.MaxValue).Select(t => t * 1_000L))
        from parents in Gen.Choose(-1, Posts - 2).ArrayOf(Posts)
        from authors in Gen.Choose(0, People - 1).ArrayOf(Posts)
        from clicks in Touches.ListOf()
        from knownFirst in Gen.Choose(0, Posts)
        select new History(total, Tree(parents, authors), [.. clicks], knownFirst);

    private static Gen<Touch> Touches =>
        from id in Gen.Choose(1, 1_000_000)
        from hours in Gen.Choose(-24 * 9, 24)
        from post in Gen.Choose(-1, Posts)
        from channel in Gen.Elements(Channels)
        from kind in Gen.Frequency((9, Gen.Constant(Touch.Click)), (1, Gen.Constant(Touch.Repost)))
        select new Touch(
            Id(id), kind, "desk", post < 0 ? null : post == Posts ? Id(999) : PostIds[post], channel, Story.Bought.AddHours(hours));

    [Fact]
    public void Credit_and_unattributed_are_the_total_before_and_after_a_restatement() =>
        Prop.ForAll(Histories.ToArbitrary(), history =>
        {
            var order = new OrderRecorded(Id(7), PersonIds[0], "desk", 1, history.Total, "CNY", Story.Bought);
            var credit = Credit.Fold.Evolve(Credit.Fold.Initial, order);
            var first = State(credit, history, history.Posts.Take(history.KnownFirst));
            var second = State(first.Aggregate(credit, Credit.Fold.Evolve), history, history.Posts);
            return first.Concat(second).All(s => Conserves(s) && IsFair(s));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Nobody_is_a_whole_unit_away_from_the_exact_share() =>
        Prop.ForAll(
            Gen.Choose(0, 1_000_000).ToArbitrary(),
            Gen.Choose(1, 60).NonEmptyListOf().ToArbitrary(),
            (total, parts) =>
            {
                var sum = parts.Sum();
                var divided = Apportionment.Among(total, [.. parts.Select((p, i) => (i, new Share(p, sum)))]);
                return divided.Sum(d => d.Minor) == total
                    && divided.All(d => Math.Abs((d.Minor * (decimal)sum) - ((decimal)total * parts[d.Key])) < sum);
            }).QuickCheckThrowOnFailure();

    private static IReadOnlyList<CreditStated> State(Credit credit, History history, IEnumerable<PostNoted> known) =>
        [.. StateCredit.Decide(
            new StateCredit(CreditCause.PostArrived, history.Touches, new RepostTree(known.ToDictionary(p => p.PostId))),
            credit,
            Story.Bought).Cast<CreditStated>()];

    private static bool Conserves(CreditStated s) =>
        s.Channels.Sum(c => c.CreditMinor) + s.ChannelUnattributedMinor == s.TotalMinor
        && s.Posts.Sum(p => p.CreditMinor) + s.PostUnattributedMinor == s.TotalMinor
        && s.Channels.All(c => c.CreditMinor >= 0) && s.Posts.All(p => p.CreditMinor >= 0)
        && s.ChannelUnattributedMinor >= 0 && s.PostUnattributedMinor >= 0;

    /// <summary>The buyer's own posts earn nothing.</summary>
    private static bool IsFair(CreditStated s)
    {
        var own = s.Touches.SelectMany(t => t.Path).Where(p => p.AuthorId == PersonIds[0]).Select(p => p.PostId).ToHashSet();
        return s.Posts.All(p => !own.Contains(p.PostId));
    }

    private static PostNoted[] Tree(int[] parents, int[] authors) =>
        [.. parents.Select((parent, i) => new PostNoted(
            PostIds[i], PersonIds[authors[i]], parent < 0 || parent >= i ? null : PostIds[parent], PostIds[0], i, "desk", Story.Bought))];

    private static Guid Id(int number) => new(number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]);

    private sealed record History(long Total, PostNoted[] Posts, IReadOnlyList<Touch> Touches, int KnownFirst);
}
