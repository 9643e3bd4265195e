using Hutong.Launcher.Tracing;

namespace Hutong.Launcher.Walk;

/// <summary>Step 7, the trace: paying was one tree from the gateway to Attribution.</summary>
internal static class FollowTrace
{
    private static readonly string[] Way = ["gateway", "commerce-card", "attribution"];

    public static async Task Take(
        Purchase purchase, TraceReceiver? traces, Report report, CancellationToken cancellation)
    {
        if (traces is null)
        {
            report.Did($"left the trace to your collector: look for {purchase.Trace}");
            return;
        }
        var tree = await Check.Until(
            () => Task.FromResult(traces.Trace(purchase.Trace)),
            tree => tree.IsConnected && Way.All(tree.Services.Contains),
            "The trace of the purchase was not one tree from the gateway to Attribution", cancellation);
        Check.That(tree.Roots[0].Service == "gateway", $"The trace begins at {tree.Roots[0].Service}.");
        var last = tree.Spans.Where(span => span.Service == Way[^1]).MaxBy(span => tree.PathTo(span).Count)!;
        report.Proved(
            $"paying is one trace of {tree.Spans.Count} spans, all connected; its longest way: " +
            string.Join(" → ", tree.PathTo(last).Select(span => $"{span.Service}: {span.Name}")));
        report.Trace(purchase.Trace);
    }
}
