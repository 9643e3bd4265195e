using System.Text.Json;

namespace Hutong.IdentityLink.Platforms;

/// <summary>Reads what platforms send, which is not always what their documents say.</summary>
internal static class PlatformJson
{
    /// <summary>No platform's ids are longer, and OpenID Connect Core, section 2, allows no longer one.</summary>
    private const int LongestId = 255;

    /// <summary>A property as text: platforms write one number as a number here and as a string there.</summary>
    public static string? TextOf(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value)
            ? value.ValueKind switch
            {
                JsonValueKind.String => Text(value) is { Length: > 0 } text ? text : null,
                JsonValueKind.Number => value.GetRawText(),
                _ => null,
            }
            : null;

    /// <summary>A property that names somebody or something; null where it is not fit to.</summary>
    public static string? IdOf(this JsonElement json, string name) =>
        json.TextOf(name) is { Length: <= LongestId } id && !id.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)) ? id : null;

    /// <summary>An object inside; undefined where there is none.</summary>
    public static JsonElement Inside(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) ? value : default;

    private static string? Text(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, escaped: text that no text can hold.
            return null;
        }
    }
}
