namespace Hutong.EventStore.Postgres;

/// <summary>
/// Lets units that callers commit at the same time share a transaction: while a few transactions are in flight, the
/// units that arrive wait for one of them to end and then go together. With nothing in flight a unit goes at once.
/// </summary>
/// <remarks>
/// Whoever's turn it is leads: it commits the group on its own flow, hands the others their answers, and passes its
/// place on to the first of those that arrived meanwhile. A group waits for any one lock only briefly; if one of
/// its units stands at a locked stream, each of them is committed by itself, outside the places, and so is every
/// other unit that touches a stream at which somebody stands.
/// </remarks>
/// <param name="store">Commits the groups.</param>
/// <param name="places">How many transactions of grouped units may be in flight.</param>
public sealed class GroupingEventStore(PostgresEventStore store, int places = GroupingEventStore.DefaultPlaces) : IEventStore
{
    private const int DefaultPlaces = 4;
    private const int MaxUnits = 200;

    /// <summary>A larger unit would hold its neighbours up, and gains nothing from them.</summary>
    private const int MaxEvents = 50;

    private static readonly TimeSpan WaitAtMost = TimeSpan.FromMilliseconds(100);

    private readonly Lock gate = new();
    private readonly LinkedList<Waiting> queue = [];
    private readonly Dictionary<string, int> stoodAt = new(StringComparer.Ordinal);
    private int taken;

    private enum Turn
    {
        Answered,
        Lead,
        Alone,
    }

    /// <inheritdoc/>
    public Task<EventStream> ReadStream(string streamId, ReadUntil until = default, CancellationToken cancellation = default) =>
        store.ReadStream(streamId, until, cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredEvent>> ReadBackwards(
        IReadOnlyCollection<string> streamIds, long before, int limit, IReadOnlyCollection<string> types,
        CancellationToken cancellation = default) =>
        store.ReadBackwards(streamIds, before, limit, types, cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredEvent>> ReadAll(
        long after, long upTo, int limit, IReadOnlyCollection<string>? types = null, CancellationToken cancellation = default) =>
        store.ReadAll(after, upTo, limit, types, cancellation);

    /// <inheritdoc/>
    public Task<bool> Archive(string streamId, CancellationToken cancellation = default) => store.Archive(streamId, cancellation);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<CommitResult>> Commit(IReadOnlyList<UnitOfWork> units, CancellationToken cancellation = default)
    {
        if (units is not [var unit] || unit.Appends.Sum(a => a.Events.Count) > MaxEvents)
            return await store.Commit(units, cancellation);

        using var activity = EventStoreTelemetry.StartCommit(units);
        if (unit.Headers.TraceParent is null && EventStoreTelemetry.TraceParent is { } traceParent)
            unit = unit with { Headers = unit.Headers with { TraceParent = traceParent } };
        var waiting = new Waiting(unit);
        await using var cancelled = cancellation.UnsafeRegister(_ => Withdraw(waiting, cancellation), null);
        var turn = Enter(waiting) ?? await waiting.Turn;
        if (turn == Turn.Lead)
            turn = await Lead(waiting);
        return turn == Turn.Answered ? [waiting.Answer!] : await CommitAlone(unit, cancellation);
    }

    /// <summary>A place if one is free, a seat in the queue (null) if none is.</summary>
    private Turn? Enter(Waiting waiting)
    {
        lock (gate)
        {
            if (stoodAt.Count > 0 && waiting.Unit.Appends.Any(a => stoodAt.ContainsKey(a.StreamId)))
                return Turn.Alone;
            if (taken < places)
            {
                taken++;
                waiting.Group = [waiting];
                return Turn.Lead;
            }
            waiting.Seat = queue.AddLast(waiting);
            return null;
        }
    }

    private void Withdraw(Waiting waiting, CancellationToken cancellation)
    {
        lock (gate)
        {
            // Once in a group it goes through with it: what became of it would not be known otherwise.
            if (waiting.Seat is not { } seat)
                return;
            queue.Remove(seat);
            waiting.Seat = null;
        }
        waiting.Cancel(cancellation);
    }

    private async Task<Turn> Lead(Waiting leader)
    {
        var group = leader.Group!;
        try
        {
            var results = await store.TryCommit(Array.ConvertAll(group, w => w.Unit), WaitAtMost);
            for (var i = 0; i < group.Length; i++)
                group[i].Answer = results?[i];
            var turn = results is null ? Turn.Alone : Turn.Answered;
            foreach (var other in group.AsSpan(1))
                other.Take(turn);
            return turn;
        }
        catch (Exception e)
        {
            foreach (var other in group.AsSpan(1))
                other.Fail(e);
            throw;
        }
        finally
        {
            PassOn();
        }
    }

    private void PassOn()
    {
        Waiting[] group;
        lock (gate)
        {
            group = NextGroup();
            if (group.Length == 0)
            {
                taken--;
                return;
            }
        }
        group[0].Group = group;
        group[0].Take(Turn.Lead);
    }

    private Waiting[] NextGroup()
    {
        var group = queue.Take(MaxUnits).ToArray();
        if (group.Length > 1 && GroupBoundary.In(Array.ConvertAll(group, w => w.Unit)) is { } next)
            group = group[..next];
        foreach (var waiting in group)
        {
            queue.Remove(waiting.Seat!);
            waiting.Seat = null;
        }
        return group;
    }

    private async Task<IReadOnlyList<CommitResult>> CommitAlone(UnitOfWork unit, CancellationToken cancellation)
    {
        Stand(unit, +1);
        try
        {
            return await store.Commit([unit], cancellation);
        }
        finally
        {
            Stand(unit, -1);
        }
    }

    private void Stand(UnitOfWork unit, int change)
    {
        lock (gate)
        {
            foreach (var append in unit.Appends)
            {
                var standing = stoodAt.GetValueOrDefault(append.StreamId) + change;
                if (standing == 0)
                    stoodAt.Remove(append.StreamId);
                else
                    stoodAt[append.StreamId] = standing;
            }
        }
    }

    private sealed class Waiting(UnitOfWork unit)
    {
        private readonly TaskCompletionSource<Turn> turn = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public UnitOfWork Unit => unit;

        public Task<Turn> Turn => turn.Task;

        /// <summary>Its place in the queue; null before and after. Guarded by the gate.</summary>
        public LinkedListNode<Waiting>? Seat { get; set; }

        /// <summary>The group it leads, itself first.</summary>
        public Waiting[]? Group { get; set; }

        public CommitResult? Answer { get; set; }

        public void Take(Turn taken) => turn.TrySetResult(taken);

        public void Fail(Exception e) => turn.TrySetException(e);

        public void Cancel(CancellationToken cancellation) => turn.TrySetCanceled(cancellation);
    }
}
