using System.Globalization;
using System.Text.RegularExpressions;
using Hutong.EventStore;
using Hutong.EventStore.Commands;

namespace Hutong.IdentityLink.Graph;

/// <summary>Of when a question is: what was true then, by what was known then. Both as docs/adr/0013 has them.</summary>
/// <param name="True">When it was so in the world, UTC; null for now.</param>
/// <param name="Known">Until when what is recorded counts, UTC; null for all of it.</param>
public sealed partial record AsOf(DateTimeOffset? True, DateTimeOffset? Known)
{
    /// <summary>A time is not written as RFC 3339 has it.</summary>
    public const string Unreadable = "time_unreadable";

    /// <summary>A time is still to come.</summary>
    public const string InFuture = "time_in_future";

    /// <summary>At <c>knownAt</c> the time <c>asOf</c> was still to come.</summary>
    public const string NotKnownYet = "time_not_known_yet";

    /// <summary>A caller may have a time from an instance whose clock is a little ahead of ours.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(5);

    /// <summary>Now, by all that is known.</summary>
    public static AsOf Now { get; } = new(null, null);

    /// <summary>How far to read a stream: as far as is known.</summary>
    public ReadUntil Until => new(ToTime: Known);

    /// <summary>The question of a request. Without <paramref name="asOf"/> it is of when it was known.</summary>
    /// <returns>The question, or a rejection of this class.</returns>
    public static Outcome<AsOf> Read(string? asOf, string? knownAt, DateTimeOffset now)
    {
        if (!TryRead(asOf, out var happened) || !TryRead(knownAt, out var known))
            return new Rejection(Unreadable);
        if (happened > now + ClockSkew || known > now + ClockSkew)
            return new Rejection(InFuture);
        if (happened > known)
            return new Rejection(NotKnownYet);
        return new AsOf(happened ?? known, known);
    }

    /// <summary>
    /// The events of a stream that had happened. Up to the first later one, as the store reads to a time: the instances'
    /// clocks differ a little, and a stream with a hole in it never was.
    /// </summary>
    public IEnumerable<StoredEvent> Happened(IEnumerable<StoredEvent> events) =>
        events.TakeWhile(stored => True is not { } time || stored.Timestamp <= time);

    private static bool TryRead(string? text, out DateTimeOffset? time)
    {
        time = null;
        if (text is null)
            return true;
        if (!Rfc3339().IsMatch(text) || !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out var read))
            return false;
        time = read.ToUniversalTime();
        return true;
    }

    [GeneratedRegex(@"\A\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,7})?([Zz]|[+-]\d\d:\d\d)\z")]
    private static partial Regex Rfc3339();
}
