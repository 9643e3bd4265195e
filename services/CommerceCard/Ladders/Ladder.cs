using Hutong.EventStore.Commands;

namespace Hutong.CommerceCard.Ladders;

/// <summary>One step of a ladder.</summary>
/// <param name="Reposts">Distinct persons who must have reposted.</param>
/// <param name="PriceMinor">The price from then on, in minor units of the product's currency.</param>
public sealed record LadderStep(long Reposts, long PriceMinor);

/// <summary>A brand promises lower prices for reposts. Stored as <c>ladder_published</c> on the product's stream.</summary>
/// <param name="Steps">In order.</param>
/// <param name="FloorMinor">The ladder never takes the price below this.</param>
public sealed record LadderPublished(IReadOnlyList<LadderStep> Steps, long FloorMinor, DateTimeOffset PublishedAt);

/// <summary>
/// A repost ladder: the more distinct persons repost, the lower the price. It is part of the product's state, since it
/// says what the product costs; the counting has a stream of its own.
/// </summary>
public sealed record Ladder(IReadOnlyList<LadderStep> Steps, long FloorMinor)
{
    /// <summary>The most steps a ladder may have.</summary>
    public const int MaxSteps = 20;

    /// <summary>Checks that the ladder keeps its promise: every step needs more reposts, and lowers the price, down to the floor.</summary>
    /// <param name="currentMinor">The price asked now.</param>
    /// <returns>Null when it does.</returns>
    public Rejection? Check(long currentMinor)
    {
        if (Steps.Count is 0 or > MaxSteps)
            return Invalid($"A ladder has 1 to {MaxSteps} steps.");
        if (FloorMinor <= 0)
            return Invalid("The floor must be above zero.");
        var (reposts, price) = (0L, currentMinor);
        foreach (var step in Steps)
        {
            if (step.Reposts <= reposts)
                return Invalid("Each step must need more reposts than the one before it.");
            if (step.PriceMinor >= price)
                return Invalid("Each step must be below the price now and below the step before it.");
            if (step.PriceMinor < FloorMinor)
                return Invalid("No step may be below the floor.");
            (reposts, price) = (step.Reposts, step.PriceMinor);
        }
        return null;
    }

    /// <summary>The price that the given number of distinct reposters brings; null before the first step.</summary>
    public long? PriceAt(long reposters) => Steps.LastOrDefault(step => step.Reposts <= reposters)?.PriceMinor;

    /// <summary>The next step that would lower the price; null at the end.</summary>
    public LadderStep? Next(long reposters, long priceMinor) =>
        Steps.FirstOrDefault(step => step.Reposts > reposters && step.PriceMinor < priceMinor);

    private static Rejection Invalid(string why) => new(CommerceProblems.LadderInvalid, why);
}
