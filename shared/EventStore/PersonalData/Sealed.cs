using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hutong.EventStore.PersonalData;

/// <summary>
/// A personal value as events carry it: encrypted with its person's key, readable only while that key exists. Its
/// JSON is one string. There is no way to make one but <see cref="PersonKey.Seal"/>, so an event that declares
/// its personal fields as <see cref="Sealed"/> cannot hold them in the clear.
/// </summary>
[JsonConverter(typeof(SealedJsonConverter))]
public readonly record struct Sealed
{
    internal Sealed(string token) => Token = token;

    /// <summary>Base64 of nonce (12 bytes), ciphertext and tag (16 bytes).</summary>
    internal string? Token { get; }

    /// <summary>The encrypted form; never the value.</summary>
    public override string ToString() => Token ?? "";
}

/// <summary>Writes a sealed value as its one string. Public for the source generator of the services' event shapes.</summary>
public sealed class SealedJsonConverter : JsonConverter<Sealed>
{
    /// <inheritdoc/>
    public override Sealed Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(reader.GetString() ?? throw new JsonException("A sealed value is a string."));

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Sealed value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Token ?? throw new JsonException("An unset sealed value cannot be stored; make the property nullable."));
}
