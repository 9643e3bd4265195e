using System.Text.Json.Nodes;
using Hutong.IdentityLink.Tests.Hosting;
using Npgsql;

namespace Hutong.IdentityLink.Tests.Invariants;

/// <summary>
/// What raw events come to at any time, by a model that shares nothing with the service's folds: links are intervals,
/// and persons whom a merge joins that was not undone are one set.
/// </summary>
internal sealed class Replay
{
    private readonly List<Raw> events;

    private Replay(List<Raw> events) => this.events = events;

    public IReadOnlyList<DateTimeOffset> Times => [.. events.Select(e => e.At)];

    public static async Task<Replay> Read(IdentityService identity, IEnumerable<string> streams)
    {
        var events = new List<Raw>();
        await using var command = identity.Database.CreateCommand(
            "select stream_id, type, timestamp, data::text from mt_events where stream_id = any($1) order by seq_id");
        command.Parameters.Add(new NpgsqlParameter { Value = streams.ToArray() });
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            events.Add(new(
                reader.GetString(0), reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2), JsonNode.Parse(reader.GetString(3))!));
        }
        return new(events);
    }

    public Guid? OwnerOf(string account, DateTimeOffset asOf, DateTimeOffset knownAt)
    {
        if (LinkedBy(account, asOf) is not { } person)
            return null;
        var merges = MergesKnownAt(knownAt);
        return SameHuman(person, merges).Single(one => merges.All(merge => merge.From != one));
    }

    public HashSet<string> AccountsOf(Guid person, IEnumerable<string> accounts, DateTimeOffset asOf, DateTimeOffset knownAt) =>
        [.. accounts.Where(account => OwnerOf(account, asOf, knownAt) == person)];

    /// <summary>Who had made the last link, unless it was over.</summary>
    private Guid? LinkedBy(string account, DateTimeOffset asOf)
    {
        Guid? by = null;
        foreach (var e in events.Where(e => e.Stream == account && e.At <= asOf))
        {
            if (e.Type == "account_claimed")
                by = e.Id("PersonId");
            if (e.Type == "account_released")
                by = null;
        }
        return by;
    }

    private List<(Guid From, Guid Into)> MergesKnownAt(DateTimeOffset knownAt)
    {
        var known = events.Where(e => e.At <= knownAt).ToList();
        var undone = known.Where(e => e.Type == "person_released").Select(e => e.Id("MergeId")).ToHashSet();
        return
        [
            .. known.Where(e => e.Type == "person_absorbed" && !undone.Contains(e.Id("MergeId")))
                .Select(e => (e.Id("From"), Guid.Parse(e.Stream["person-".Length..]))),
        ];
    }

    private static HashSet<Guid> SameHuman(Guid person, List<(Guid From, Guid Into)> merges)
    {
        HashSet<Guid> same = [person];
        while (merges.Any(merge => same.Contains(merge.From) != same.Contains(merge.Into)))
        {
            foreach (var (from, into) in merges.Where(merge => same.Contains(merge.From) || same.Contains(merge.Into)))
                same.UnionWith([from, into]);
        }
        return same;
    }

    private sealed record Raw(string Stream, string Type, DateTimeOffset At, JsonNode Data)
    {
        public Guid Id(string name) => Data[name]!.GetValue<Guid>();
    }
}
