using System.Text.Json.Serialization;
using Hutong.EventStore.PersonalData;
using Hutong.Testing;
using static Hutong.EventStore.Tests.Lamps;

namespace Hutong.EventStore.Tests;

public sealed class EventTypesSpecs(Servers servers)
{
    [Fact]
    public async Task An_event_of_an_older_shape_is_read_as_the_newest()
    {
        await using var db = await TestStore.Create(servers);
        var lamp = NewLamp();
        var yesterday = new Postgres.PostgresEventStore(
            db.Database, new EventTypes().Map("lamp_labelled", LampJson.Default.LampLabelledV1), TimeProvider.System, db.Signal);
        await ((IEventStore)yesterday).Commit(UnitOfWork.Append(lamp, Expected.None, new LampLabelledV1("door")));
        await db.Store.Commit(UnitOfWork.Append(lamp, Expected.Exactly(1), new LampLabelled("desk", 9)));

        var stream = await db.Store.ReadStream(lamp);
        stream.Events.Select(e => e.Data).ShouldBe([new LampLabelled("door", 12), new LampLabelled("desk", 9)]);
        stream.Events.Select(e => e.Type).ShouldBe(["lamp_labelled", "lamp_labelled_v2"]);
        db.Types.NamesOf(typeof(LampLabelled)).ShouldBe(["lamp_labelled_v2", "lamp_labelled"], ignoreOrder: true);

        // Deciding without understanding an event would be wrong: the older version refuses to read it.
        var refused = await Should.ThrowAsync<UnregisteredEventException>(() => yesterday.ReadStream(lamp));
        refused.Message.ShouldContain("lamp_labelled_v2");
    }

    [Fact]
    public void A_name_or_a_type_is_registered_once()
    {
        Should.Throw<ArgumentException>(() => Types().Map("lamp_other", LampJson.Default.LampInstalled));
        Should.Throw<ArgumentException>(() => new EventTypes().Map("a", LampJson.Default.LampInstalled).Map("a", LampJson.Default.LampSwitched));
        Should.Throw<ArgumentException>(() => Types().Upcast("lamp_switched", LampJson.Default.LampLabelledV1, (LampLabelledV1 o) => new LampLabelled(o.Text, 1)));
    }

    [Fact]
    public void The_stored_shapes_are_as_they_were() => FrozenSamples.Check(Types());

    [Fact]
    public void A_changed_shape_a_missing_sample_and_a_dropped_name_are_found_with_the_difference()
    {
        var folder = Directory.CreateTempSubdirectory("samples").FullName;
        var before = new EventTypes().Map("everything", EverythingJson.Default.Everything).Map("gone", LampJson.Default.LampInstalled);
        Should.Throw<InvalidOperationException>(() => FrozenSamples.Check(before, folder, mayWrite: false)).Message.ShouldContain("everything: has no sample");
        Directory.GetFiles(folder).ShouldBeEmpty();

        FrozenSamples.Check(before, folder, mayWrite: true);
        FrozenSamples.Check(before, folder, mayWrite: false);
        File.ReadAllText(Path.Combine(folder, "everything.json")).ShouldContain("\"Sealed\"", Case.Insensitive);

        var after = new EventTypes().Map("everything", EverythingJson.Default.EverythingChanged).Map("new", LampJson.Default.LampInstalled);
        var found = Should.Throw<InvalidOperationException>(() => FrozenSamples.Check(after, folder, mayWrite: false)).Message;
        found.ShouldContain("-   \"count\": 7");
        found.ShouldContain("+   \"amount\": 0");
        found.ShouldContain("new: has no sample");
        found.ShouldContain("gone: there is a sample");
        Directory.Delete(folder, recursive: true);
    }
}

internal enum Mood
{
    Calm,
    Bright,
}

internal sealed record Part(string Name, decimal Weight);

internal sealed record Everything(
    string Text, string? Maybe, int Count, long? Big, Guid Id, DateTimeOffset At, Mood Mood, Sealed Sealed, IReadOnlyList<Part> Parts, Dictionary<string, int> Sizes);

internal sealed record EverythingChanged(
    string Text, string? Maybe, int Amount, long? Big, Guid Id, DateTimeOffset At, Mood Mood, Sealed Sealed, IReadOnlyList<Part> Parts, Dictionary<string, int> Sizes);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(Everything))]
[JsonSerializable(typeof(EverythingChanged))]
internal sealed partial class EverythingJson : JsonSerializerContext;
