using System.Text.Json;

namespace Hutong.Simulators.People;

/// <summary>The people of the demo, from <c>people.json</c>: the one place that holds them.</summary>
public static class DemoPeople
{
    /// <summary>All of them, in the order in which the authorize page offers them.</summary>
    public static IReadOnlyList<Person> All { get; } = Load();

    /// <summary>The person with this id, or null.</summary>
    public static Person? Find(string? id) => All.FirstOrDefault(person => person.Id == id);

    private static List<Person> Load()
    {
        using var file = typeof(DemoPeople).Assembly.GetManifestResourceStream("people.json")!;
        return JsonSerializer.Deserialize<List<Person>>(file, JsonSerializerOptions.Web)!;
    }
}
