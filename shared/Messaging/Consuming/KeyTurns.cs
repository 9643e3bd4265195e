namespace Hutong.Messaging.Consuming;

/// <summary>
/// Lets messages of one key in one at a time, the lowest version first, and messages of different keys side by side,
/// up to a number. The broker's client hands messages to several threads, so that two of a key can arrive in either
/// order: one that finds its predecessor missing steps aside, and the predecessor overtakes it while later ones wait.
/// </summary>
/// <param name="slots">How many may have their turn at once.</param>
internal sealed class KeyTurns(SemaphoreSlim slots)
{
    private readonly Dictionary<string, Line> lines = new(StringComparer.Ordinal);

    /// <summary>Waits for a turn; dispose it to pass it on.</summary>
    /// <exception cref="GapException">An earlier message of the key gave up waiting for its predecessor.</exception>
    public async Task<Turn> Take(string key, long version, CancellationToken cancellation)
    {
        await Wait(key, Stand(key, version, isReady: true), TimeSpan.Zero, cancellation);
        return new Turn(this, key, version);
    }

    /// <summary>Takes a place in the line, and the turn itself if the place is ready and first.</summary>
    private Place Stand(string key, long version, bool isReady)
    {
        var place = new Place(version) { IsReady = isReady };
        lock (lines)
        {
            if (!lines.TryGetValue(key, out var line))
                lines.Add(key, line = new Line());
            line.Waiting.Enqueue(place, place.Version);
            Advance(key, line);
        }
        return place;
    }

    /// <summary>Waits for the place's turn, and then for one of the slots.</summary>
    private async Task Wait(string key, Place place, TimeSpan pause, CancellationToken cancellation)
    {
        await using var cancelled = cancellation.Register(() => place.Admitted.TrySetCanceled(cancellation));
        if (!place.IsReady)
        {
            await Task.WhenAny(place.Admitted.Task, Task.Delay(pause, cancellation));
            lock (lines)
            {
                place.IsReady = true;
                if (lines.TryGetValue(key, out var line))
                    Advance(key, line);
            }
        }
        try
        {
            await place.Admitted.Task;
        }
        catch
        {
            // It stood in the line still, perhaps first: those behind it must not wait for it.
            lock (lines)
            {
                if (lines.TryGetValue(key, out var line))
                    Advance(key, line);
            }
            throw;
        }
        try
        {
            await slots.WaitAsync(cancellation);
        }
        catch
        {
            PassOn(key);
            throw;
        }
    }

    private void Leave(string key)
    {
        slots.Release();
        PassOn(key);
    }

    private void PassOn(string key)
    {
        lock (lines)
        {
            var line = lines[key];
            line.IsTaken = false;
            Advance(key, line);
        }
    }

    /// <summary>Sends away everybody who waits behind a version that gave up: their predecessor is missing too.</summary>
    private void SendAway(string key, long behind)
    {
        lock (lines)
        {
            foreach (var (place, version) in lines[key].Waiting.UnorderedItems)
            {
                if (version > behind)
                    place.Admitted.TrySetException(new GapException());
            }
        }
    }

    /// <summary>Admits the first of the line if it is ready; nobody overtakes it while it pauses but lower versions.</summary>
    private void Advance(string key, Line line)
    {
        if (line.IsTaken)
            return;
        while (line.Waiting.TryPeek(out var first, out _))
        {
            if (!first.Admitted.Task.IsCompleted && !first.IsReady)
                return;
            line.Waiting.Dequeue();
            if (first.Admitted.TrySetResult())
            {
                line.IsTaken = true;
                return;
            }
        }
        lines.Remove(key);
    }

    /// <summary>A turn, from when it is taken until it is disposed.</summary>
    internal sealed class Turn(KeyTurns turns, string key, long version) : IDisposable
    {
        private bool has = true;

        public string Key => key;

        public long Version => version;

        /// <summary>Leaves the turn to lower versions for a while; later ones go on waiting.</summary>
        public async Task StepAside(TimeSpan pause, CancellationToken cancellation)
        {
            // In the line again before leaving it: otherwise a later one that waits would be let in.
            var place = turns.Stand(key, version, isReady: false);
            has = false;
            turns.Leave(key);
            await turns.Wait(key, place, pause, cancellation);
            has = true;
        }

        /// <summary>Ends the waiting of all later versions: <see cref="GapException"/>.</summary>
        public void SendLaterAway() => turns.SendAway(key, version);

        public void Dispose()
        {
            if (!has)
                return;
            has = false;
            turns.Leave(key);
        }
    }

    private sealed class Line
    {
        public PriorityQueue<Place, long> Waiting { get; } = new();

        public bool IsTaken { get; set; }
    }

    private sealed class Place(long version)
    {
        public long Version => version;

        public bool IsReady { get; set; }

        public TaskCompletionSource Admitted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
