using System.Text.Json;
using Hutong.EventStore.Commands;
using Hutong.IdentityLink.Pages;

namespace Hutong.IdentityLink.Registration;

/// <summary>
/// Reads the fields of a body, each within its bounds. The first that is wrong is the fault of all; what is not asked for is
/// ignored (RFC 7591, section 2).
/// </summary>
internal sealed class MetadataBody(JsonElement body)
{
    /// <summary>What is wrong; null where nothing is.</summary>
    public Rejection? Fault { get; private set; }

    /// <summary>
    /// Whether all of it can be read as text. JSON may write half of a surrogate pair, and no rule of its grammar forbids it
    /// (RFC 8259, section 8.2).
    /// </summary>
    public static bool IsText(JsonElement json)
    {
        try
        {
            Touch(json);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Remembers a fault, unless there was one before.</summary>
    public void Refuse(string what, string code = MetadataRules.InvalidMetadata) => Fault ??= new(code, what);

    /// <summary>Refuses unless something holds.</summary>
    public void Require(bool holds, string otherwise, string code = MetadataRules.InvalidMetadata)
    {
        if (!holds)
            Refuse(otherwise, code);
    }

    /// <summary>A text; null where there is none.</summary>
    public string? Text(string name, int longest)
    {
        if (Find(name) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.String && value.GetString() is { } text && text.Length <= longest && text == ShownText.Of(text) && text.Length > 0)
            return text;
        Refuse($"{name} is a text of 1 to {longest} visible characters.");
        return null;
    }

    /// <summary>One of some words.</summary>
    public string Word(string name, string otherwise, params IReadOnlyList<string> words)
    {
        if (Find(name) is not { } value)
            return otherwise;
        if (value.ValueKind == JsonValueKind.String && words.Contains(value.GetString()))
            return value.GetString()!;
        Refuse($"{name} is one of {string.Join(", ", words)}.");
        return otherwise;
    }

    /// <summary>Yes or no; no where it does not say.</summary>
    public bool Flag(string name)
    {
        if (Find(name) is not { } value)
            return false;
        Require(value.ValueKind is JsonValueKind.True or JsonValueKind.False, $"{name} is true or false.");
        return value.ValueKind == JsonValueKind.True;
    }

    /// <summary>Texts, each once.</summary>
    public IReadOnlyList<string> Texts(string name, int atMost, int longest)
    {
        if (Find(name) is not { } value)
            return [];
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() <= atMost
            && value.EnumerateArray().All(one => one.ValueKind == JsonValueKind.String))
        {
            string[] texts = [.. value.EnumerateArray().Select(one => one.GetString()!)];
            if (texts.All(text => text.Length > 0 && text.Length <= longest && text == ShownText.Of(text)) && texts.Distinct().Count() == texts.Length)
                return texts;
        }
        Refuse($"{name} is an array of at most {atMost} texts, each of 1 to {longest} visible characters and none twice.");
        return [];
    }

    // Reading is the test: what cannot be read throws.
    private static void Touch(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.String:
                _ = json.GetString();
                break;
            case JsonValueKind.Array:
                foreach (var one in json.EnumerateArray())
                    Touch(one);
                break;
            case JsonValueKind.Object:
                foreach (var field in json.EnumerateObject())
                {
                    _ = field.Name;
                    Touch(field.Value);
                }
                break;
        }
    }

    /// <summary>A field; null where it is absent or null.</summary>
    public JsonElement? Find(string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
