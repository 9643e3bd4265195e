namespace Hutong.CommerceCard.Shops;

/// <summary>
/// A shop's reputation in the way Taobao shows it: a point for each good deal, and a rank that shows its order of
/// magnitude (https://rule.taobao.com, seller credit: hearts from 4 points, diamonds from 251, crowns from 10,001,
/// golden crowns from 500,001; five of each). A confirmed order is a point.
/// </summary>
/// <param name="Points">Confirmed orders.</param>
/// <param name="Rank"><c>none</c>, <c>heart</c>, <c>diamond</c>, <c>crown</c> or <c>golden_crown</c>.</param>
/// <param name="Grade">1 to 5 within the rank; 0 for none.</param>
/// <param name="AsOf">When the newest order counted was confirmed, UTC.</param>
public sealed record Reputation(long Points, string Rank, int Grade, DateTimeOffset AsOf)
{
    private static readonly string[] Ranks = ["heart", "diamond", "crown", "golden_crown"];

    // Where each of the twenty grades begins.
    private static readonly long[] Thresholds =
    [
        4, 11, 41, 91, 151,
        251, 501, 1_001, 2_001, 5_001,
        10_001, 20_001, 50_001, 100_001, 200_001,
        500_001, 1_000_001, 2_000_001, 5_000_001, 10_000_001,
    ];

    /// <summary>The reputation that a number of points makes.</summary>
    public static Reputation Of(long points, DateTimeOffset asOf)
    {
        var reached = Thresholds.Count(threshold => threshold <= points);
        return reached == 0
            ? new Reputation(points, "none", 0, asOf)
            : new Reputation(points, Ranks[(reached - 1) / 5], (reached - 1) % 5 + 1, asOf);
    }
}
