using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hutong.EventStore;

namespace Hutong.Testing;

/// <summary>
/// Holds what is stored to how it was first stored: one JSON sample for each stored event name, kept in the
/// repository. What is in a log cannot be changed, so a shape that differs from its sample needs a new name and an upcaster.
/// </summary>
public static class FrozenSamples
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// Checks every registered name against <c>{name}.json</c>; for an older shape also against
    /// <c>{name}.upcast.json</c>, what it is read as. Outside CI a missing sample is written, to be looked at and committed.
    /// </summary>
    /// <param name="types">A service's events.</param>
    /// <param name="folder">The samples' folder, beside the calling test.</param>
    /// <param name="caller">Filled in by the compiler.</param>
    /// <exception cref="InvalidOperationException">A sample is missing in CI, is no longer read, or no longer written alike.</exception>
    public static void Check(EventTypes types, string folder = "Samples", [CallerFilePath] string caller = "") =>
        Check(types, Path.Combine(Path.GetDirectoryName(caller)!, folder), mayWrite: Environment.GetEnvironmentVariable("CI") != "true");

    /// <summary>The same with everything given: for the helper's own tests.</summary>
    public static void Check(EventTypes types, string path, bool mayWrite)
    {
        var problems = new List<string>();
        foreach (var name in types.Names.Order(StringComparer.Ordinal))
        {
            try
            {
                Check(types, name, path, mayWrite, problems);
            }
            catch (Exception e) when (e is JsonException or NotSupportedException or UnregisteredEventException)
            {
                problems.Add($"{name}: its sample is no longer read. {e.Message}");
            }
        }
        foreach (var name in Unregistered(types, path))
            problems.Add($"{name}: there is a sample, but no event is registered under this name. What is stored stays stored.");
        if (problems.Count > 0)
            throw new InvalidOperationException($"Stored events have changed:\n{string.Join('\n', problems)}");
    }

    private static void Check(EventTypes types, string name, string path, bool mayWrite, List<string> problems)
    {
        var sample = Load(Path.Combine(path, $"{name}.json"), () => SampleEvent.Of(types.Shapes[name]), mayWrite);
        if (sample is null)
        {
            problems.Add($"{name}: has no sample. Run this test outside CI, look at what it writes, and commit it.");
            return;
        }
        // As PostgreSQL's jsonb gives it back: keys by length, then by their bytes.
        var read = types.Read(name, JsonSerializer.SerializeToUtf8Bytes(AsJsonb(sample)));
        var (newest, utf8) = types.Write(read);
        var written = JsonNode.Parse(utf8)!;
        if (newest == name)
        {
            Compare(name, sample, written, problems);
        }
        else if (Load(Path.Combine(path, $"{name}.upcast.json"), () => written, mayWrite) is { } upcast)
        {
            Compare($"{name}, read as {newest}", upcast, written, problems);
        }
        else
        {
            problems.Add($"{name}: has no sample of what it is read as ({name}.upcast.json).");
        }
    }

    private static JsonNode? Load(string file, Func<JsonNode> create, bool mayWrite)
    {
        if (!File.Exists(file) && mayWrite)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, create().ToJsonString(Indented) + "\n");
        }
        return File.Exists(file) ? JsonNode.Parse(File.ReadAllText(file)) : null;
    }

    private static void Compare(string what, JsonNode before, JsonNode now, List<string> problems)
    {
        if (JsonNode.DeepEquals(before, now))
            return;
        var (old, fresh) = (Lines(before), Lines(now));
        problems.Add($"{what}:");
        foreach (var line in old.Except(fresh))
            problems.Add($"  - {line}");
        foreach (var line in fresh.Except(old))
            problems.Add($"  + {line}");
    }

    private static string[] Lines(JsonNode node) => AsJsonb(node)!.ToJsonString(Indented).Split('\n');

    private static IEnumerable<string> Unregistered(EventTypes types, string path) =>
        !Directory.Exists(path) ? [] : Directory.GetFiles(path, "*.json")
            .Select(f => Path.GetFileName(f).Split('.')[0])
            .Distinct()
            .Except(types.Names);

    private static JsonNode? AsJsonb(JsonNode? node) => node switch
    {
        JsonObject o => new JsonObject(o
            .OrderBy(p => Encoding.UTF8.GetByteCount(p.Key)).ThenBy(p => p.Key, StringComparer.Ordinal)
            .Select(p => KeyValuePair.Create(p.Key, AsJsonb(p.Value)))),
        JsonArray a => new JsonArray([.. a.Select(AsJsonb)]),
        _ => node?.DeepClone(),
    };
}
