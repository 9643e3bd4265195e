using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Hutong.EventStore.PersonalData;

namespace Hutong.Testing;

/// <summary>Makes up an event of a shape, the same each time, with every property filled in.</summary>
internal static class SampleEvent
{
    public static JsonNode Of(JsonTypeInfo shape)
    {
        // Through the shape and back, so that the sample is what the shape itself writes.
        var made = JsonSerializer.Deserialize(Node(shape, "value"), shape);
        return JsonSerializer.SerializeToNode(made, shape)!;
    }

    private static JsonNode? Node(JsonTypeInfo shape, string name)
    {
        if (Nullable.GetUnderlyingType(shape.Type) is { } value)
            return Node(shape.Options.GetTypeInfo(value), name);
        return shape.Kind switch
        {
            JsonTypeInfoKind.Object => Object(shape),
            JsonTypeInfoKind.Enumerable => new JsonArray(Node(shape.Options.GetTypeInfo(shape.ElementType!), name)),
            JsonTypeInfoKind.Dictionary => new JsonObject { ["key"] = Node(shape.Options.GetTypeInfo(shape.ElementType!), name) },
            _ => Value(shape, name),
        };
    }

    private static JsonObject Object(JsonTypeInfo shape)
    {
        var made = new JsonObject();
        if (shape.PolymorphismOptions is { DerivedTypes: [var derived, ..] } polymorphism)
        {
            made.Add(polymorphism.TypeDiscriminatorPropertyName, JsonValue.Create(derived.TypeDiscriminator?.ToString()));
            shape = shape.Options.GetTypeInfo(derived.DerivedType);
        }
        foreach (var property in shape.Properties.Where(p => p.Set is not null || p.AssociatedParameter is not null))
            made.Add(property.Name, Node(shape.Options.GetTypeInfo(property.PropertyType), property.Name));
        return made;
    }

    private static JsonNode? Value(JsonTypeInfo shape, string name)
    {
        var type = shape.Type;
        if (type.IsEnum)
            return JsonSerializer.SerializeToNode(Enum.GetValuesAsUnderlyingType(type) is var all && all.Length > 0 ? Enum.ToObject(type, all.GetValue(all.Length - 1)!) : 0, shape);
        if (type == typeof(Sealed))
            return "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
        if (type == typeof(string) || type == typeof(object))
            return name;
        if (type == typeof(bool))
            return true;
        if (type == typeof(Guid))
            return "0193b0a2-7c1e-7000-8000-000000000001";
        if (type == typeof(DateTimeOffset) || type == typeof(DateTime))
            return "2026-01-02T03:04:05.678+00:00";
        if (type == typeof(DateOnly))
            return "2026-01-02";
        if (type == typeof(TimeSpan))
            return "01:02:03";
        if (type == typeof(Uri))
            return "https://example.org/1";
        if (type == typeof(byte[]))
            return "AQID";
        return FromOwnConverter(shape, name);
    }

    /// <summary>A number, or a wrapper whose converter writes what it wraps: the first of the usual forms that it reads.</summary>
    private static JsonValue FromOwnConverter(JsonTypeInfo shape, string name)
    {
        foreach (var candidate in (JsonValue[])
            [JsonValue.Create(7), JsonValue.Create("0193b0a2-7c1e-7000-8000-000000000001"), JsonValue.Create(name), JsonValue.Create("7"), JsonValue.Create("a-1")])
        {
            try
            {
                if (JsonSerializer.Deserialize(candidate, shape) is not null)
                    return candidate;
            }
            catch (Exception e) when (e is JsonException or FormatException or ArgumentException or InvalidOperationException)
            {
            }
        }
        throw new NotSupportedException($"No sample value of {shape.Type} could be made up; write the event's sample by hand.");
    }
}
