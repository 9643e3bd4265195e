using System.Text.Json.Serialization;

namespace Hutong.EventStore.Tests;

// A small domain for the specs: lamps that are installed, switched and labelled.
public sealed record LampInstalled(string Place);

public sealed record LampSwitched(bool On);

public sealed record LampLabelled(string Text, int Size);

// How it was stored before labels had a size.
public sealed record LampLabelledV1(string Text);

public sealed record LightRow(string LampId, bool IsOn, int? Order = null, string? Kind = null);

public sealed record HandleRow(string Name, string Owner);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LampInstalled))]
[JsonSerializable(typeof(LampSwitched))]
[JsonSerializable(typeof(LampLabelled))]
[JsonSerializable(typeof(LampLabelledV1))]
internal sealed partial class LampJson : JsonSerializerContext;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(LightRow))]
[JsonSerializable(typeof(HandleRow))]
internal sealed partial class RowJson : JsonSerializerContext;

internal static class Lamps
{
    public static readonly Table<LightRow> Lights = new("light", RowJson.Default.LightRow, "lamp_id");

    public static readonly Table<HandleRow> Handles = new("handle", RowJson.Default.HandleRow, "name");

    public static readonly LampInstalled Installed = new("hall");

    public static readonly LampSwitched On = new(true);

    public static readonly LampSwitched Off = new(false);

    public static EventTypes Types() => new EventTypes()
        .Map("lamp_installed", LampJson.Default.LampInstalled)
        .Map("lamp_switched", LampJson.Default.LampSwitched)
        .Map("lamp_labelled_v2", LampJson.Default.LampLabelled)
        .Upcast("lamp_labelled", LampJson.Default.LampLabelledV1, (LampLabelledV1 old) => new LampLabelled(old.Text, 12));

    /// <summary>An id that no other test uses.</summary>
    public static string NewLamp() => $"lamp-{Guid.CreateVersion7()}";
}
