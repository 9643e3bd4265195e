using Hutong.EndToEnd.Tests.Fixtures;
using Hutong.Launcher.Tracing;
using Hutong.Testing;

namespace Hutong.EndToEnd.Tests.Walking;

/// <summary>The purchase as a collector outside sees it, over OTLP.</summary>
[Collection(nameof(WalkedSystem))]
public sealed class TraceSpecs(WalkedSystem walked, ITestOutputHelper output)
{
    [Fact]
    public async Task Paying_is_one_tree_from_the_gateway_over_append_relay_and_broker_to_the_append_in_Attribution()
    {
        var traceId = walked.Walked.Purchase.Trace;
        await Eventually.True(() => Appends(walked.System.Traces.Trace(traceId), "attribution").Count > 0);
        var tree = walked.System.Traces.Trace(traceId);
        output.WriteLine(tree.ToString());

        tree.IsConnected.ShouldBeTrue();
        var way = Appends(tree, "attribution").Select(tree.PathTo).MaxBy(path => path.Count)!;
        way.Zip(way.Skip(1)).ShouldAllBe(pair => pair.Second.ParentId == pair.First.SpanId);
        Steps(way).ShouldBe(
        [
            "gateway: POST /{**rest}",
            "commerce-card: POST /checkout/{orderId:guid}/pay",
            "commerce-card: append",
            "commerce-card: relay order_confirmed",
            "commerce-card: Hutong.Contracts:OrderConfirmed send",
            "attribution: attribution.commerce receive",
            "attribution: attribution.commerce process",
            "attribution: append",
        ]);
    }

    private static List<Span> Appends(TraceTree tree, string service) =>
        [.. tree.Spans.Where(span => span.Service == service && span.Name == "append")];

    /// <summary>Without what the gateway's forwarding puts between its own request and the service's.</summary>
    private static IEnumerable<string> Steps(IEnumerable<Span> way) =>
        way.Where((span, index) => index == 0 || span.Service != "gateway").Select(span => $"{span.Service}: {span.Name}");
}
