using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Hutong.EventStore;

/// <summary>What the event store tells about itself: a span per commit, and how far its readers are behind.</summary>
public static class EventStoreTelemetry
{
    /// <summary>Name of the activity source and of the meter.</summary>
    public const string Name = "Hutong.EventStore";

    internal static ActivitySource Source { get; } = new(Name);

    internal static Meter Meter { get; } = new(Name);

    /// <summary>The span of one caller's commit. Its id becomes the events' <c>traceparent</c>, and so the parent of what they set off.</summary>
    internal static Activity? StartCommit(IReadOnlyList<UnitOfWork> units)
    {
        // Without a caller's trace there is nothing to continue.
        if (Activity.Current is null || Source.StartActivity("append") is not { } activity)
            return null;
        activity.SetTag("hutong.units", units.Count);
        if (units is [{ Appends: [var first, ..] }, ..])
            activity.SetTag("hutong.stream", first.StreamId);
        return activity;
    }

    /// <summary>The present span as W3C trace context; null outside a trace.</summary>
    internal static string? TraceParent => Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.Id : null;
}
