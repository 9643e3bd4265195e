using System.Globalization;
using Hutong.Attribution.Crediting;
using Hutong.Attribution.Orders;
using Hutong.Attribution.Posts;
using Hutong.Attribution.Touches;

namespace Hutong.Attribution.Tests;

/// <summary>Published examples of the models, along channels.</summary>
public sealed class ModelVectors
{
    /// <summary>Of eeghor/mta; each order is 6 units, so that the sixths come out whole.</summary>
    [Theory]
    [InlineData("last_touch", "direct 12, email 48")]
    [InlineData("linear", "direct 12, email 19, search 19, social 10")]
    public void Ten_orders_over_three_paths(string model, string expected)
    {
        (string[] Path, int Orders)[] paths = [(["direct"], 2), (["search", "email"], 3), (["search", "social", "email"], 5)];
        var credit = paths
            .SelectMany(p => Enumerable.Repeat(p.Path, p.Orders))
            .SelectMany(path => Credit(model, 6, path))
            .GroupBy(c => c.Channel, c => c.CreditMinor)
            .OrderBy(g => g.Key, StringComparer.Ordinal);
        string.Join(", ", credit.Select(g => string.Create(CultureInfo.InvariantCulture, $"{g.Key} {g.Sum()}"))).ShouldBe(expected);
    }

    /// <summary>Of Snowplow: ¥140 over three touches is 46.667 each; in fen, the channel that comes first rounds no better.</summary>
    [Fact]
    public void A_hundred_and_forty_yuan_over_direct_organic_direct()
    {
        Credit("linear", 14_000, ["direct", "organic", "direct"]).ShouldBe([new("direct", 9_333), new("organic", 4_667)]);
        Credit("last_touch", 14_000, ["direct", "organic", "direct"]).ShouldBe([new("direct", 14_000)]);
    }

    [Fact]
    public void Of_equal_remainders_the_touch_that_came_first_gets_the_unit() =>
        Credit("linear", 100, ["a", "b", "c"]).ShouldBe([new("a", 34), new("b", 33), new("c", 33)]);

    private static IReadOnlyList<ChannelCredit> Credit(string model, long total, string[] path)
    {
        var order = new OrderRecorded(Guid.CreateVersion7(), Guid.CreateVersion7(), "desk", 1, total, "CNY", Story.Bought);
        var touches = path.Select((channel, i) =>
            new Touch(Guid.CreateVersion7(), Touch.Click, "desk", null, channel, Story.Bought.AddHours(i - path.Length))).ToList();
        return StateCredit.Decide(
                new StateCredit(CreditCause.OrderConfirmed, touches, new RepostTree(new Dictionary<Guid, PostNoted>())),
                Crediting.Credit.Fold.Evolve(Crediting.Credit.Fold.Initial, order),
                Story.Bought)
            .Cast<CreditStated>().Single(s => s.Model == model).Channels;
    }
}
