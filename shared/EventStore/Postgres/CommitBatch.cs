using System.Diagnostics;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace Hutong.EventStore.Postgres;

/// <summary>
/// Units of work laid out as the append function's array parameters, followed by their row writes: one pipelined
/// batch, hence one round trip and one transaction.
/// </summary>
internal sealed class CommitBatch
{
    private const string CommitSql =
        "select * from hutong_commit($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,$23,$24,$25,$26,$27)";

    private const int MaxStreamIdLength = 250;

    private readonly IReadOnlyList<UnitOfWork> units;
    private readonly EventTypes types;
    private readonly DateTimeOffset recordedAt;
    private readonly List<StreamAppend> appends = [];
    private readonly List<int> appendUnit = [];
    private readonly List<InboxEntry> inbox = [];
    private readonly int[] unitInbox;

    private CommitBatch(IReadOnlyList<UnitOfWork> units, EventTypes types, DateTimeOffset recordedAt)
    {
        this.units = units;
        this.types = types;
        this.recordedAt = recordedAt;
        unitInbox = new int[units.Count];
        for (var u = 0; u < units.Count; u++)
        {
            foreach (var append in units[u].Appends.Where(a => a.Events.Count > 0))
            {
                appends.Add(append);
                appendUnit.Add(u + 1);
            }
            if (units[u].Inbox is { } entry)
            {
                inbox.Add(entry);
                unitInbox[u] = inbox.Count;
            }
            Check(units[u]);
        }
    }

    public static CommitBatch Of(IReadOnlyList<UnitOfWork> units, EventTypes types, DateTimeOffset recordedAt) => new(units, types, recordedAt);

    public async Task<IReadOnlyList<CommitResult>> Execute(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(CommitCommand());
        foreach (var command in RowStatements.For(units))
            batch.BatchCommands.Add(command);

        // Read to the end: an error in a row write arrives after the commit function's answer.
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var results = Results(
            reader.GetFieldValue<int[]>(0),
            reader.GetFieldValue<long[]>(1),
            reader.GetFieldValue<int[]>(2),
            reader.GetFieldValue<long[]>(3));
        while (await reader.NextResultAsync(cancellation))
        {
        }
        return results;
    }

    private List<CommitResult> Results(int[] outcome, long[] found, int[] failedAppend, long[] newVersion)
    {
        var results = new List<CommitResult>(units.Count);
        var append = 0;
        for (var u = 0; u < units.Count; u++)
        {
            var first = append;
            while (append < appends.Count && appendUnit[append] == u + 1)
                append++;
            results.Add(outcome[u] switch
            {
                0 => new CommitResult.Committed(newVersion[first..append]),
                1 => new CommitResult.Conflict(
                    appends[failedAppend[u] - 1].StreamId, appends[failedAppend[u] - 1].Expected, found[u]),
                2 => new CommitResult.AlreadyHandled(),
                3 => new CommitResult.OutOfOrder(found[u]),
                var other => throw new UnreachableException($"hutong_commit answered outcome {other}."),
            });
        }
        return results;
    }

    private NpgsqlBatchCommand CommitCommand()
    {
        var streams = appends
            .GroupBy(a => a.StreamId, StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => (Id: g.Key, MayCreate: g.Any(a => a.Expected.MayCreate)))
            .ToArray();
        var streamIndex = streams.Index().ToDictionary(s => s.Item.Id, s => s.Index + 1, StringComparer.Ordinal);

        var cursors = inbox
            .Where(i => i.OrderKey is not null)
            .Select(i => (i.Consumer, Key: i.OrderKey!))
            .Distinct()
            .OrderBy(c => c.Consumer, StringComparer.Ordinal).ThenBy(c => c.Key, StringComparer.Ordinal)
            .ToArray();
        var cursorIndex = cursors.Index().ToDictionary(c => c.Item, c => c.Index + 1);

        var events = new EventArrays(appends.Sum(a => a.Events.Count));
        for (var a = 0; a < appends.Count; a++)
            events.Add(a + 1, appends[a], EffectiveHeaders(units[appendUnit[a] - 1].Headers), types);

        var command = new NpgsqlBatchCommand(CommitSql);
        var p = command.Parameters;
        Add(p, units.Count);
        Add(p, unitInbox);
        Add(p, inbox.Select(i => i.Consumer).ToArray());
        Add(p, inbox.Select(i => i.MessageId).ToArray());
        Add(p, inbox.Select(i => i.OrderKey is { } key ? cursorIndex[(i.Consumer, key)] : 0).ToArray());
        Add(p, inbox.Select(i => i.Version).ToArray());
        Add(p, inbox.Select(i => i.Previous).ToArray());
        Add(p, cursors.Select(c => c.Consumer).ToArray());
        Add(p, cursors.Select(c => c.Key).ToArray());
        Add(p, streams.Select(s => s.Id).ToArray());
        Add(p, streams.Select(s => StreamType(s.Id)).ToArray());
        Add(p, streams.Select(s => s.MayCreate).ToArray());
        Add(p, appendUnit.ToArray());
        Add(p, appends.Select(a => streamIndex[a.StreamId]).ToArray());
        Add(p, appends.Select(a => a.Expected.Code).ToArray());
        Add(p, appends.Select(a => a.Events.Count).ToArray());
        Add(p, events.Append);
        Add(p, events.Offset);
        Add(p, events.Stream);
        Add(p, events.Id);
        Add(p, events.Type);
        Add(p, events.DotNetType);
        p.Add(new NpgsqlParameter { Value = events.Data, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb });
        Add(p, events.Correlation);
        Add(p, events.Causation);
        p.Add(new NpgsqlParameter { Value = events.Headers, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb });
        Add(p, recordedAt.UtcDateTime);
        return command;
    }

    /// <summary>The kind of a stream is the first word of its id: <c>person</c> of <c>person-0197…</c>.</summary>
    private static string StreamType(string id) => id.IndexOf('-', StringComparison.Ordinal) is > 0 and var dash ? id[..dash] : id;

    private static EventHeaders EffectiveHeaders(EventHeaders headers) =>
        headers.TraceParent is null && Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity
            ? headers with { TraceParent = activity.Id }
            : headers;

    private static void Check(UnitOfWork unit)
    {
        var appends = unit.Appends;
        for (var a = 0; a < appends.Count; a++)
        {
            if (appends[a].StreamId.Length is 0 or > MaxStreamIdLength)
                throw new ArgumentException($"A stream id has 1 to {MaxStreamIdLength} characters; this one has {appends[a].StreamId.Length}.");
            for (var b = 0; b < a; b++)
            {
                if (appends[b].StreamId == appends[a].StreamId)
                    throw new ArgumentException($"A unit of work appends twice to {appends[a].StreamId}; put the events into one append.");
            }
        }
    }

    private static void Add<T>(NpgsqlParameterCollection parameters, T value) =>
        parameters.Add(new NpgsqlParameter<T> { TypedValue = value });

    /// <summary>The events of a commit, column by column.</summary>
    private sealed class EventArrays(int count)
    {
        private int next;

        public int[] Append { get; } = new int[count];
        public int[] Offset { get; } = new int[count];
        public string[] Stream { get; } = new string[count];
        public Guid[] Id { get; } = new Guid[count];
        public string[] Type { get; } = new string[count];
        public string[] DotNetType { get; } = new string[count];
        public byte[][] Data { get; } = new byte[count][];
        public string?[] Correlation { get; } = new string?[count];
        public string?[] Causation { get; } = new string?[count];
        public byte[]?[] Headers { get; } = new byte[count][];

        public void Add(int append, StreamAppend stream, EventHeaders headers, EventTypes types)
        {
            var stored = headers.TraceParent is null && headers.Actor is null
                ? null
                : JsonSerializer.SerializeToUtf8Bytes(
                    new StoredHeaders(headers.TraceParent, headers.Actor), StoredHeadersJson.Default.StoredHeaders);
            for (var e = 0; e < stream.Events.Count; e++, next++)
            {
                var type = types.Of(stream.Events[e].GetType());
                Append[next] = append;
                Offset[next] = e + 1;
                Stream[next] = stream.StreamId;
                Id[next] = Guid.CreateVersion7();
                Type[next] = type.Name;
                DotNetType[next] = type.DotNetType;
                Data[next] = type.Serialize(stream.Events[e]);
                Correlation[next] = headers.CorrelationId;
                Causation[next] = headers.CausationId;
                Headers[next] = stored;
            }
        }
    }
}
