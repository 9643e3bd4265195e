using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace Hutong.EventStore.Postgres;

/// <summary>
/// Units of work laid out as the array parameters of <c>hutong_commit</c>. What repeats is sent once and referred to by
/// its index: streams, event names, and the headers that all events of a unit share.
/// </summary>
internal sealed class CommitParameters
{
    private const string Sql =
        "select * from hutong_commit($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,$23,$24,$25,$26,$27,$28)";

    private static readonly Comparer<InboxEntry> InboxOrder = Comparer<InboxEntry>.Create((a, b) =>
        string.CompareOrdinal(a.Consumer, b.Consumer) is not 0 and var order ? order : a.MessageId.CompareTo(b.MessageId));

    private readonly IReadOnlyList<UnitOfWork> units;
    private readonly DateTimeOffset recordedAt;
    private readonly int waitAtMost;
    private readonly string? traceParent;
    private readonly List<(int Unit, StreamAppend Append)> appends = [];
    private readonly List<InboxEntry> inbox = [];
    private readonly int[] unitInbox;
    private readonly EventColumns events;

    /// <param name="units">The units, in order.</param>
    /// <param name="types">The stored names of events.</param>
    /// <param name="recordedAt">The events' timestamp.</param>
    /// <param name="waitAtMost">Milliseconds to wait for any one lock; 0 for as long as it takes.</param>
    /// <param name="traceParent">For units that bring none.</param>
    public CommitParameters(
        IReadOnlyList<UnitOfWork> units, EventTypes types, DateTimeOffset recordedAt, int waitAtMost = 0, string? traceParent = null)
    {
        this.traceParent = traceParent;
        this.units = units;
        this.recordedAt = recordedAt;
        this.waitAtMost = waitAtMost;
        unitInbox = new int[units.Count];
        var eventCount = 0;
        for (var u = 0; u < units.Count; u++)
        {
            foreach (var append in units[u].Appends)
            {
                if (append.Events.Count > 0)
                    appends.Add((u + 1, append));
                eventCount += append.Events.Count;
            }
            if (units[u].Inbox is { } entry)
                inbox.Add(entry);
        }
        inbox.Sort(InboxOrder);
        for (var u = 0; u < units.Count && inbox.Count > 0; u++)
            unitInbox[u] = units[u].Inbox is { } entry ? inbox.BinarySearch(entry, InboxOrder) + 1 : 0;
        events = new EventColumns(eventCount, types);
        for (var a = 0; a < appends.Count; a++)
            events.Add(a + 1, appends[a].Append);
    }

    /// <summary>The appends that have events, with the number of their unit, in order.</summary>
    public IReadOnlyList<(int Unit, StreamAppend Append)> Appends => appends;

    public NpgsqlBatchCommand Command()
    {
        var command = new NpgsqlBatchCommand(Sql);
        var p = command.Parameters;
        AddUnits(p);
        AddInbox(p);
        AddStreams(p);
        events.AddTo(p);
        Add(p, recordedAt.UtcDateTime);
        Add(p, waitAtMost);
        return command;
    }

    private void AddUnits(NpgsqlParameterCollection p)
    {
        var correlation = new string?[units.Count];
        var causation = new string?[units.Count];
        var stored = new byte[]?[units.Count];
        for (var u = 0; u < units.Count; u++)
        {
            var headers = units[u].Headers;
            correlation[u] = headers.CorrelationId;
            causation[u] = headers.CausationId;
            var trace = headers.TraceParent ?? traceParent;
            if (trace is not null || headers.Actor is not null)
                stored[u] = JsonSerializer.SerializeToUtf8Bytes(new StoredHeaders(trace, headers.Actor), StoredHeadersJson.Default.StoredHeaders);
        }
        Add(p, unitInbox);
        Add(p, correlation);
        Add(p, causation);
        AddJson(p, stored);
    }

    private void AddInbox(NpgsqlParameterCollection p)
    {
        var cursors = inbox.Count == 0 ? [] : inbox
            .Where(i => i.OrderKey is not null)
            .Select(i => (i.Consumer, Key: i.OrderKey!))
            .Distinct()
            .OrderBy(c => c.Consumer, StringComparer.Ordinal).ThenBy(c => c.Key, StringComparer.Ordinal)
            .ToArray();
        var index = cursors.Index().ToDictionary(c => c.Item, c => c.Index + 1);
        Add(p, inbox.Select(i => i.Consumer).ToArray());
        Add(p, inbox.Select(i => i.MessageId).ToArray());
        Add(p, inbox.Select(i => i.OrderKey is { } key ? index[(i.Consumer, key)] : 0).ToArray());
        Add(p, inbox.Select(i => i.Version).ToArray());
        Add(p, inbox.Select(i => i.Previous).ToArray());
        Add(p, cursors.Select(c => c.Consumer).ToArray());
        Add(p, cursors.Select(c => c.Key).ToArray());
    }

    private void AddStreams(NpgsqlParameterCollection p)
    {
        var planned = new SortedDictionary<string, (bool MayCreate, long Events)>(StringComparer.Ordinal);
        foreach (var (_, append) in appends)
        {
            var (mayCreate, before) = planned.GetValueOrDefault(append.StreamId);
            planned[append.StreamId] = (mayCreate || append.Expected.MayCreate, before + append.Events.Count);
        }
        var ids = planned.Keys.ToArray();
        Add(p, ids);
        Add(p, Array.ConvertAll(ids, StreamType));
        Add(p, planned.Values.Select(s => s.MayCreate).ToArray());
        Add(p, planned.Values.Select(s => s.Events).ToArray());
        Add(p, appends.Select(a => a.Unit).ToArray());
        Add(p, appends.Select(a => Array.BinarySearch(ids, a.Append.StreamId, StringComparer.Ordinal) + 1).ToArray());
        Add(p, appends.Select(a => a.Append.Expected.Code).ToArray());
        Add(p, appends.Select(a => a.Append.Events.Count).ToArray());
    }

    /// <summary>The kind of a stream is the first word of its id: <c>person</c> of <c>person-0197…</c>.</summary>
    private static string StreamType(string id) => id.IndexOf('-', StringComparison.Ordinal) is > 0 and var dash ? id[..dash] : id;

    private static void Add<T>(NpgsqlParameterCollection parameters, T value) =>
        parameters.Add(new NpgsqlParameter<T> { TypedValue = value });

    private static void AddJson(NpgsqlParameterCollection parameters, byte[]?[] utf8) =>
        parameters.Add(new NpgsqlParameter { Value = utf8, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb });

    /// <summary>The events of a commit, column by column.</summary>
    private sealed class EventColumns(int count, EventTypes types)
    {
        private readonly int[] append = new int[count];
        private readonly int[] offset = new int[count];
        private readonly Guid[] id = new Guid[count];
        private readonly int[] kind = new int[count];
        private readonly byte[][] data = new byte[count][];
        private readonly List<EventTypes.Registered> kinds = [];
        private int next;

        public void Add(int appendNumber, StreamAppend stream)
        {
            for (var e = 0; e < stream.Events.Count; e++, next++)
            {
                var type = types.Of(stream.Events[e].GetType());
                append[next] = appendNumber;
                offset[next] = e + 1;
                id[next] = Guid.CreateVersion7();
                kind[next] = KindOf(type);
                data[next] = type.Serialize(stream.Events[e]);
            }
        }

        public void AddTo(NpgsqlParameterCollection p)
        {
            CommitParameters.Add(p, append);
            CommitParameters.Add(p, offset);
            CommitParameters.Add(p, id);
            CommitParameters.Add(p, kind);
            AddJson(p, data);
            CommitParameters.Add(p, kinds.Select(k => k.Name).ToArray());
            CommitParameters.Add(p, kinds.Select(k => k.DotNetType).ToArray());
        }

        private int KindOf(EventTypes.Registered type)
        {
            // A commit has a handful of kinds at most: looking through them beats a dictionary.
            var index = kinds.IndexOf(type);
            if (index >= 0)
                return index + 1;
            kinds.Add(type);
            return kinds.Count;
        }
    }
}
