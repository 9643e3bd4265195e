using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Hutong.EventStore;

/// <summary>
/// The stored names of a service's events. A name is written here, never derived from a class, so that renaming a
/// class cannot orphan what is stored. A changed shape gets a new name (<c>account_linked_v2</c>) and an upcaster
/// from the old one; both stay for as long as an event of that name can exist.
/// </summary>
public sealed class EventTypes
{
    private readonly Dictionary<Type, Registered> byType = [];
    private readonly Dictionary<string, Func<ReadOnlySpan<byte>, object>> readers = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, JsonTypeInfo> shapes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Type> readAs = new(StringComparer.Ordinal);

    /// <summary>Every stored name that can be read, old ones included.</summary>
    public IReadOnlyCollection<string> Names => readers.Keys;

    /// <summary>The JSON shape stored under each name, old ones included.</summary>
    public IReadOnlyDictionary<string, JsonTypeInfo> Shapes => shapes;

    /// <summary>Registers the current shape of an event under its stored name.</summary>
    /// <exception cref="ArgumentException">The name or the type is registered already.</exception>
    public EventTypes Map<TEvent>(string name, JsonTypeInfo<TEvent> json) where TEvent : notnull
    {
        Register(name, typeof(TEvent), json);
        byType.Add(typeof(TEvent), new Registered(
            name,
            $"{typeof(TEvent).FullName}, {typeof(TEvent).Assembly.GetName().Name}",
            e => JsonSerializer.SerializeToUtf8Bytes((TEvent)e, json)));
        readers.Add(name, utf8 => JsonSerializer.Deserialize(utf8, json) ?? throw new JsonException($"An event stored as {name} is null."));
        return this;
    }

    /// <summary>Registers an older shape, still stored under <paramref name="name"/>, and how it becomes the newer one.</summary>
    /// <typeparam name="TOld">The older shape.</typeparam>
    /// <typeparam name="TNew">The current shape: what an event of this name is read as.</typeparam>
    /// <exception cref="ArgumentException">The name is registered already.</exception>
    public EventTypes Upcast<TOld, TNew>(string name, JsonTypeInfo<TOld> json, Func<TOld, TNew> upcast)
        where TOld : notnull
        where TNew : notnull
    {
        Register(name, typeof(TNew), json);
        readers.Add(name, utf8 => upcast(JsonSerializer.Deserialize(utf8, json) ?? throw new JsonException($"An event stored as {name} is null.")));
        return this;
    }

    /// <summary>The stored name of an event type.</summary>
    /// <exception cref="UnregisteredEventException">The type has none.</exception>
    public string NameOf(Type type) => Of(type).Name;

    /// <summary>Every stored name that is read as an event of this type: its own, and those upcast to it.</summary>
    /// <exception cref="UnregisteredEventException">The type has none.</exception>
    public IReadOnlyCollection<string> NamesOf(Type type) => [Of(type).Name, .. readAs.Where(r => r.Value == type && r.Key != NameOf(type)).Select(r => r.Key)];

    /// <summary>An event as it would be stored: its name and its JSON in UTF-8.</summary>
    /// <exception cref="UnregisteredEventException">The event's type has no stored name.</exception>
    public (string Name, byte[] Utf8Json) Write(object data)
    {
        var type = Of(data.GetType());
        return (type.Name, type.Serialize(data));
    }

    /// <summary>Reads a stored event, upcast to the newest shape.</summary>
    /// <exception cref="UnregisteredEventException">The name is unknown: it was written by a newer version of this service.</exception>
    /// <exception cref="JsonException">The stored JSON does not fit the shape.</exception>
    public object Read(string name, ReadOnlySpan<byte> utf8Json) =>
        readers.TryGetValue(name, out var read) ? read(utf8Json) : throw new UnregisteredEventException(name);

    private void Register(string name, Type type, JsonTypeInfo shape)
    {
        shapes.Add(name, shape);
        readAs.Add(name, type);
    }

    internal Registered Of(Type type) =>
        byType.TryGetValue(type, out var registered) ? registered : throw new UnregisteredEventException(type.FullName ?? type.Name);

    internal sealed record Registered(string Name, string DotNetType, Func<object, byte[]> Serialize);
}

/// <summary>
/// An event has no registered name or shape. When reading: a newer version of the service wrote it, and deciding
/// without understanding it would be wrong. When writing: a missing line in the service's event registry.
/// </summary>
public sealed class UnregisteredEventException(string name)
    : InvalidOperationException($"No event is registered as '{name}'. Register it with its stored name, or run the version that wrote it.");
