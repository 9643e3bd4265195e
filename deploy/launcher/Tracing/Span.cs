namespace Hutong.Launcher.Tracing;

/// <summary>A span as it was exported (OpenTelemetry protocol, <c>opentelemetry.proto.trace.v1.Span</c>).</summary>
/// <param name="TraceId">32 hexadecimal digits.</param>
/// <param name="SpanId">16 hexadecimal digits.</param>
/// <param name="ParentId">The parent's span id; null for a root.</param>
/// <param name="Service">The process's <c>service.name</c>.</param>
/// <param name="Name">The span's name.</param>
/// <param name="Kind">What it is to its neighbours.</param>
/// <param name="Start">When it began.</param>
/// <param name="End">When it ended.</param>
/// <param name="Attributes">Texts, numbers and truth values; others are left out.</param>
public sealed record Span(
    string TraceId,
    string SpanId,
    string? ParentId,
    string Service,
    string Name,
    SpanKind Kind,
    DateTimeOffset Start,
    DateTimeOffset End,
    IReadOnlyDictionary<string, string> Attributes)
{
    /// <summary>The process's <c>service.instance.id</c>.</summary>
    public string Instance { get; init; } = "";
}

/// <summary>A span's role, with the protocol's numbers.</summary>
public enum SpanKind
{
    /// <summary>Not told.</summary>
    Unspecified = 0,

    /// <summary>Inside one process.</summary>
    Internal = 1,

    /// <summary>Answers a call.</summary>
    Server = 2,

    /// <summary>Makes a call.</summary>
    Client = 3,

    /// <summary>Sends a message.</summary>
    Producer = 4,

    /// <summary>Handles a message.</summary>
    Consumer = 5,
}
