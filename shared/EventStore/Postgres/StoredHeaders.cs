using System.Text.Json.Serialization;

namespace Hutong.EventStore.Postgres;

/// <summary>The <c>headers</c> column: what has no column of its own in Marten's tables.</summary>
internal sealed record StoredHeaders(
    [property: JsonPropertyName("traceparent")] string? TraceParent,
    [property: JsonPropertyName("actor")] string? Actor);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StoredHeaders))]
internal sealed partial class StoredHeadersJson : JsonSerializerContext;
