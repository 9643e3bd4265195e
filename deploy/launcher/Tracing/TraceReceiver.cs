using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Hutong.Launcher.Tracing;

/// <summary>
/// Receives telemetry over OTLP/HTTP as any collector would (opentelemetry.io, "OTLP/HTTP", binary protobuf)
/// and keeps the spans in memory: so that a walk or a test sees what an outsider sees.
/// </summary>
public sealed class TraceReceiver : IAsyncDisposable
{
    // So that one that is never stopped does not grow for ever.
    private const int MostSpans = 100_000;

    private readonly WebApplication _server;
    private readonly ConcurrentQueue<Span> _spans = new();
    private readonly ConcurrentQueue<byte[]> _requests = new();
    private readonly bool _keepRequests;

    private TraceReceiver(int port, bool keepRequests)
    {
        _keepRequests = keepRequests;
        Address = new Uri($"http://localhost:{port}");
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(Address.ToString());
        builder.Logging.ClearProviders();
        _server = builder.Build();
        _server.Run(Receive);
    }

    /// <summary>For <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, with the protocol <c>http/protobuf</c>.</summary>
    public Uri Address { get; }

    /// <summary>Every span so far, the oldest dropped past 100,000.</summary>
    public IReadOnlyCollection<Span> Spans => _spans;

    /// <summary>Everything that was sent, traces, metrics and logs, as the bytes on the wire; if they are kept.</summary>
    public IReadOnlyCollection<byte[]> Requests => _requests;

    /// <summary>Listens on a port of the loopback addresses.</summary>
    public static async Task<TraceReceiver> Start(int port, bool keepRequests = false)
    {
        var receiver = new TraceReceiver(port, keepRequests);
        await receiver._server.StartAsync();
        return receiver;
    }

    /// <summary>The spans of one trace so far, parents before children.</summary>
    public TraceTree Trace(string traceId) => new([.. _spans.Where(span => span.TraceId == traceId)]);

    /// <summary>Stops listening.</summary>
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task Receive(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var request = body.ToArray();
        if (_keepRequests)
            _requests.Enqueue(request);
        if (context.Request.Path == "/v1/traces")
            foreach (var span in OtlpTraces.Read(request))
                _spans.Enqueue(span);
        while (_spans.Count > MostSpans)
            _spans.TryDequeue(out _);
        // An empty response message is "all accepted".
        context.Response.ContentType = "application/x-protobuf";
    }
}
