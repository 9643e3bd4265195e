using Hutong.CommerceCard.Cards;
using Hutong.CommerceCard.Products;

namespace Hutong.CommerceCard.Ladders;

/// <summary>A ladder and how far it has come.</summary>
/// <param name="Count">Distinct persons counted.</param>
/// <param name="Steps">Every step, in order.</param>
/// <param name="Floor">The ladder never takes the price below this.</param>
/// <param name="Next">The next step; left out at the end.</param>
public sealed record LadderView(long Count, IReadOnlyList<LadderStepView> Steps, Price Floor, LadderStepView? Next)
{
    /// <summary>The view of a product's ladder; null without one.</summary>
    public static LadderView? Of(Product product, long count)
    {
        if (product.Ladder is not { } ladder)
            return null;
        var next = ladder.Next(count, product.PriceMinor);
        return new LadderView(
            count,
            [.. ladder.Steps.Select(View)],
            Price.Of(ladder.FloorMinor, product.Currency),
            next is null ? null : View(next));

        LadderStepView View(LadderStep step) =>
            new(step.Reposts, Price.Of(step.PriceMinor, product.Currency), step.Reposts <= count);
    }
}

/// <summary>One step.</summary>
/// <param name="Reposts">Distinct persons who must have reposted.</param>
/// <param name="Price">The price from then on.</param>
/// <param name="Reached">Whether that many have.</param>
public sealed record LadderStepView(long Reposts, Price Price, bool Reached);
