using System.Text.Json.Nodes;
using Hutong.EventStore;

namespace Hutong.CommerceCard.Tests;

/// <summary>
/// An event once stored is read for ever: <c>Samples/</c> holds each as it was first written. A sample is never
/// edited; a changed shape gets a new name, an upcaster and a sample of its own.
/// </summary>
public sealed class FrozenEventSpecs
{
    private static readonly EventTypes Types = CommerceEvents.Types;

    public static TheoryData<string> Names => [.. Types.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void An_event_is_read_and_written_as_it_was_when_it_was_frozen(string name)
    {
        var sample = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Samples", $"{name}.json"));
        var read = Types.Read(name, sample);
        var (written, json) = Types.Write(read);
        written.ShouldBe(name);
        JsonNode.DeepEquals(JsonNode.Parse(json), JsonNode.Parse(sample))
            .ShouldBeTrue($"written: {System.Text.Encoding.UTF8.GetString(json)}");
    }
}
