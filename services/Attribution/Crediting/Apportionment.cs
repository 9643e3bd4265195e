using System.Numerics;

namespace Hutong.Attribution.Crediting;

/// <summary>An exact part of a whole: <c>Parts</c> of <c>Of</c>.</summary>
/// <param name="Parts">At least 0.</param>
/// <param name="Of">At least 1.</param>
public readonly record struct Share(long Parts, long Of)
{
    /// <summary>A share of a share.</summary>
    public static Share operator *(Share a, Share b) => new(checked(a.Parts * b.Parts), checked(a.Of * b.Of));
}

/// <summary>
/// Divides whole minor units by the method of the largest remainder: everybody gets the whole units of their exact
/// share, and the units left go to the largest fractions. Exact arithmetic, so the parts always add up to the total and
/// nobody is a whole unit away from their exact share.
/// </summary>
internal static class Apportionment
{
    /// <summary>Divides a total among claims; claims of one key count together. Ties go to the key that came first.</summary>
    /// <returns>The keys with a claim above nothing, in the order they came; empty when there is none.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The total is negative.</exception>
    public static IReadOnlyList<(TKey Key, long Minor)> Among<TKey>(long total, IReadOnlyList<(TKey Key, Share Share)> claims)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(total);
        var common = claims.Aggregate(BigInteger.One, (lcm, c) => lcm / BigInteger.GreatestCommonDivisor(lcm, c.Share.Of) * c.Share.Of);
        var weights = claims
            .Where(c => c.Share.Parts > 0)
            .GroupBy(c => c.Key, c => c.Share.Parts * (common / c.Share.Of))
            .Select(g => (g.Key, Weight: g.Aggregate(BigInteger.Add)))
            .ToList();
        if (weights.Count == 0)
            return [];
        var sum = weights.Aggregate(BigInteger.Zero, (s, w) => s + w.Weight);
        var minor = weights.Select(w => (long)(total * w.Weight / sum)).ToArray();
        var left = (int)(total - minor.Sum());
        // OrderBy is stable: among equal remainders the earlier key comes first.
        foreach (var i in Enumerable.Range(0, weights.Count).OrderByDescending(i => total * weights[i].Weight % sum).Take(left))
            minor[i]++;
        return [.. weights.Select((w, i) => (w.Key, minor[i]))];
    }
}
