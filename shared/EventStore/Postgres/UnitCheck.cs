namespace Hutong.EventStore.Postgres;

/// <summary>What a unit of work must satisfy before it is sent: mistakes of the caller, not of the data.</summary>
internal static class UnitCheck
{
    private const int MaxStreamIdLength = 250;

    /// <exception cref="ArgumentException">The unit cannot be committed as it is.</exception>
    public static void Validate(UnitOfWork unit)
    {
        var appends = unit.Appends;
        foreach (var append in appends)
        {
            if (append.StreamId.Length is 0 or > MaxStreamIdLength)
                throw new ArgumentException($"A stream id has 1 to {MaxStreamIdLength} characters; this one has {append.StreamId.Length}.");
        }
        if (appends.Count > 1 && FirstRepeated(appends) is { } repeated)
            throw new ArgumentException($"A unit of work appends twice to {repeated}; put the events into one append.");
        if (unit.Inbox is { OrderKey: not null } inbox && (inbox.Previous < 0 || inbox.Version <= inbox.Previous))
        {
            throw new ArgumentException(
                $"An ordered message's version ({inbox.Version}) comes after the previous one ({inbox.Previous}), which is 0 for the first.");
        }
    }

    private static string? FirstRepeated(IReadOnlyList<StreamAppend> appends)
    {
        var seen = new HashSet<string>(appends.Count, StringComparer.Ordinal);
        return appends.FirstOrDefault(a => !seen.Add(a.StreamId))?.StreamId;
    }
}
