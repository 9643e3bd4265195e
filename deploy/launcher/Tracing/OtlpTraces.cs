using System.Globalization;

namespace Hutong.Launcher.Tracing;

/// <summary>
/// Reads <c>opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest</c>; the numbers below are its
/// fields'.
/// </summary>
internal static class OtlpTraces
{
    public static List<Span> Read(ReadOnlySpan<byte> request)
    {
        var spans = new List<Span>();
        var reader = new ProtobufReader(request);
        while (reader.Next())
            if (reader.Field == 1)
                ReadResource(reader.Bytes, spans);
        return spans;
    }

    private static void ReadResource(ReadOnlySpan<byte> resourceSpans, List<Span> spans)
    {
        Dictionary<string, string> resource = [];
        // The resource may stand after its spans: it is read first.
        var reader = new ProtobufReader(resourceSpans);
        while (reader.Next())
            if (reader.Field == 1)
                resource = Attributes(reader.Bytes, field: 1);
        reader = new ProtobufReader(resourceSpans);
        while (reader.Next())
        {
            if (reader.Field != 2)
                continue;
            var scope = new ProtobufReader(reader.Bytes);
            while (scope.Next())
                if (scope.Field == 2)
                    spans.Add(ReadSpan(scope.Bytes, resource));
        }
    }

    private static Span ReadSpan(ReadOnlySpan<byte> message, Dictionary<string, string> resource)
    {
        string trace = "", id = "", name = "";
        string? parent = null;
        var kind = SpanKind.Unspecified;
        DateTimeOffset start = default, end = default;
        var reader = new ProtobufReader(message);
        while (reader.Next())
            switch (reader.Field)
            {
                case 1: trace = Convert.ToHexStringLower(reader.Bytes); break;
                case 2: id = Convert.ToHexStringLower(reader.Bytes); break;
                case 4: parent = reader.Bytes.IsEmpty ? null : Convert.ToHexStringLower(reader.Bytes); break;
                case 5: name = reader.Text; break;
                case 6: kind = (SpanKind)reader.Number; break;
                case 7: start = Time(reader.Number); break;
                case 8: end = Time(reader.Number); break;
            }
        return new Span(
            trace, id, parent, resource.GetValueOrDefault("service.name", ""), name, kind, start, end, Attributes(message, field: 9))
        {
            Instance = resource.GetValueOrDefault("service.instance.id", ""),
        };
    }

    private static Dictionary<string, string> Attributes(ReadOnlySpan<byte> message, int field)
    {
        var attributes = new Dictionary<string, string>();
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            if (reader.Field != field)
                continue;
            var key = "";
            string? value = null;
            var pair = new ProtobufReader(reader.Bytes);
            while (pair.Next())
                if (pair.Field == 1)
                    key = pair.Text;
                else if (pair.Field == 2)
                    value = Value(pair.Bytes);
            if (value is not null)
                attributes[key] = value;
        }
        return attributes;
    }

    private static string? Value(ReadOnlySpan<byte> any)
    {
        var reader = new ProtobufReader(any);
        return !reader.Next() ? null : reader.Field switch
        {
            1 => reader.Text,
            2 => reader.Number == 0 ? "false" : "true",
            3 => ((long)reader.Number).ToString(CultureInfo.InvariantCulture),
            4 => BitConverter.UInt64BitsToDouble(reader.Number).ToString(CultureInfo.InvariantCulture),
            _ => null,
        };
    }

    private static DateTimeOffset Time(ulong unixNanoseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks((long)(unixNanoseconds / TimeSpan.NanosecondsPerTick));
}
