using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Hutong.EventStore.Reading;

/// <summary>
/// The lag of this process's log readers, as gauges with a tag <c>reader</c>. Only the instance that owns a log
/// reports it, so the figures of several instances do not add up to nonsense.
/// </summary>
public static class LogTelemetry
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Hutong.EventStore";

    private static readonly Meter Meter = new(MeterName);
    private static readonly ConcurrentDictionary<LogReader, byte> Readers = [];

    static LogTelemetry()
    {
        Meter.CreateObservableGauge(
            "hutong.log.lag.events", () => Measure(lag => lag.Events), "{event}",
            "Positions between the reader's checkpoint and the last one drawn, at most so many events");
        Meter.CreateObservableGauge(
            "hutong.log.lag.time", () => Measure(lag => lag.Time.TotalSeconds), "s",
            "Age of the oldest event the reader has not got through");
    }

    internal static IDisposable Publish(LogReader reader)
    {
        Readers.TryAdd(reader, 0);
        return new Withdrawal(reader);
    }

    private static IEnumerable<Measurement<T>> Measure<T>(Func<(long Events, TimeSpan Time), T> value) where T : struct
    {
        foreach (var reader in Readers.Keys)
        {
            if (reader.Lag() is { } lag)
                yield return new Measurement<T>(value(lag), new KeyValuePair<string, object?>("reader", reader.Name));
        }
    }

    private sealed class Withdrawal(LogReader reader) : IDisposable
    {
        public void Dispose() => Readers.TryRemove(reader, out _);
    }
}
