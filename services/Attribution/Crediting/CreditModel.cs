namespace Hutong.Attribution.Crediting;

/// <summary>
/// How credit is divided along a row of touches, first to last, and along a chain of posts, original to clicked: by the
/// same rule.
/// </summary>
/// <param name="Name">Stable: stored in statements and named in addresses.</param>
/// <param name="Divide">For a row of n, each one's share; together one whole.</param>
public sealed record CreditModel(string Name, Func<int, IReadOnlyList<Share>> Divide)
{
    /// <summary>Everything to the last: the click just before the order, and the repost that was clicked.</summary>
    public static CreditModel LastTouch { get; } =
        new("last_touch", n => [.. Enumerable.Range(1, n).Select(i => new Share(i == n ? 1 : 0, 1))]);

    /// <summary>The same to each.</summary>
    public static CreditModel Linear { get; } = new("linear", n => [.. Enumerable.Repeat(new Share(1, n), n)]);

    /// <summary>Every model, each stated for every order.</summary>
    public static IReadOnlyList<CreditModel> All { get; } = [LastTouch, Linear];
}
