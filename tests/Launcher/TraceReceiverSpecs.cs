using System.Diagnostics;
using Hutong.Launcher.Processes;
using Hutong.Launcher.Tracing;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using SpanKind = Hutong.Launcher.Tracing.SpanKind;

namespace Hutong.Launcher.Tests;

public sealed class TraceReceiverSpecs
{
    [Fact]
    public async Task What_the_OpenTelemetry_exporter_sends_is_read_as_one_tree()
    {
        await using var receiver = await TraceReceiver.Start(Ports.Free(1)[0]);
        using var source = new ActivitySource($"test-{Guid.NewGuid():N}");
        string traceId;
        using (var provider = Sdk.CreateTracerProviderBuilder()
            .AddSource(source.Name)
            .ConfigureResource(resource => resource.AddService("shop"))
            .AddOtlpExporter(otlp =>
            {
                otlp.Protocol = OtlpExportProtocol.HttpProtobuf;
                otlp.Endpoint = new Uri(receiver.Address, "/v1/traces");
                otlp.ExportProcessorType = ExportProcessorType.Simple;
            })
            .Build())
        {
            using var order = source.StartActivity("POST /orders", ActivityKind.Server)!;
            traceId = order.TraceId.ToHexString();
            using var append = source.StartActivity("append")!;
            append.SetTag("events", 3).SetTag("stream", "order-1").SetTag("first", true);
        }

        var tree = receiver.Trace(traceId);

        tree.IsConnected.ShouldBeTrue();
        tree.Services.ShouldBe(["shop"]);
        var root = tree.Roots.ShouldHaveSingleItem();
        (root.Name, root.Kind, root.ParentId).ShouldBe(("POST /orders", SpanKind.Server, null));
        var child = tree.Spans.Single(span => span.Name == "append");
        tree.PathTo(child).ShouldBe([root, child]);
        child.Attributes["events"].ShouldBe("3");
        child.Attributes["stream"].ShouldBe("order-1");
        child.Attributes["first"].ShouldBe("true");
        (child.Start >= root.Start && child.End <= root.End).ShouldBeTrue();
    }

    [Fact]
    public void A_trace_that_lost_a_span_is_not_connected()
    {
        var tree = new TraceTree([A("1", parent: null), A("2", "1"), A("4", "3")]);

        tree.IsConnected.ShouldBeFalse();

        static Span A(string id, string? parent) =>
            new("t", id, parent, "shop", id, SpanKind.Internal, default, default, new Dictionary<string, string>());
    }
}
