using System.Text.Json.Serialization;
using Hutong.EventStore;

namespace Hutong.Benchmarks.Append;

/// <summary>An event of ordinary size: some 200 bytes of JSON.</summary>
internal sealed record OrderLineReserved(Guid Order, Guid Product, int Quantity, long UnitPrice, string Currency, DateTimeOffset Until);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(OrderLineReserved))]
internal sealed partial class BenchJson : JsonSerializerContext;

internal static class BenchEvents
{
    public static readonly EventHeaders Headers = new(
        CorrelationId: "0193b0a2-7c1e-7000-8000-000000000001",
        CausationId: "0193b0a2-7c1e-7000-8000-000000000002",
        TraceParent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        Actor: "commerce-card");

    public static EventTypes Types { get; } = new EventTypes().Map("order_line_reserved", BenchJson.Default.OrderLineReserved);

    public static OrderLineReserved New() =>
        new(Guid.CreateVersion7(), Guid.CreateVersion7(), 2, 129_900, "CNY", DateTimeOffset.UnixEpoch);

    public static string NewStream() => $"order-{Guid.CreateVersion7()}";
}
