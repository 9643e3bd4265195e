using System.Collections.Concurrent;
using System.Diagnostics;

namespace Hutong.Messaging.Consuming;

/// <summary>
/// Messages of one queue whose predecessor has not come. When a queue passes from one instance to another, what the
/// first had not begun goes back to the broker after the second has got its fill of later messages. So a message with a
/// gap before it is held for a moment only; then it goes back too, which makes room for its predecessor.
/// </summary>
internal sealed class Gaps
{
    /// <summary>How often a message looks for its predecessor before it goes back: 10, 20, … ms apart, about 0.6 s in all.</summary>
    public const int Looks = 7;

    private const int SweepAt = 1000;

    /// <summary>
    /// How long a gap may last in all. Longer than another instance may take to finish what it had
    /// when the queue was handed over, see <see cref="MessagingServices"/>.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<Guid, long> since = [];

    public static TimeSpan Pause(int look) => TimeSpan.FromMilliseconds(5 << look);

    /// <summary>Whether the gap before this message has lasted too long; its first look begins the count.</summary>
    public bool IsTooOld(Guid messageId)
    {
        if (since.Count > SweepAt)
            Sweep();
        return Stopwatch.GetElapsedTime(since.GetOrAdd(messageId, _ => Stopwatch.GetTimestamp())) > Patience;
    }

    /// <summary>The message is applied or parked.</summary>
    public void Forget(Guid messageId) => since.TryRemove(messageId, out _);

    /// <summary>Those that went back and were delivered to another instance never come to an end here.</summary>
    private void Sweep()
    {
        foreach (var (messageId, first) in since)
        {
            if (Stopwatch.GetElapsedTime(first) > Patience * 4)
                since.TryRemove(messageId, out _);
        }
    }
}

/// <summary>An earlier message of the same key is missing: not an error of the message, which goes back to its queue.</summary>
internal sealed class GapException() : InvalidOperationException("An earlier message of the key has not come yet.");
