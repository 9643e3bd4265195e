using System.Diagnostics;
using System.Text.Json;

namespace Hutong.Launcher.Walk;

/// <summary>A card open on somebody's screen: it follows the card's server-sent events.</summary>
internal sealed class LiveCard : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly StreamReader _events;
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _reading;
    private readonly Lock _gate = new();
    private readonly List<(Card Card, long At)> _seen = [];
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private LiveCard(Stream stream)
    {
        _events = new StreamReader(stream);
        _reading = Read();
    }

    /// <summary>Opens the card, and waits until it shows something.</summary>
    public static async Task<LiveCard> Open(Browser browser, Uri address, CancellationToken cancellation)
    {
        var live = new LiveCard(await browser.Listen(address, cancellation));
        await live.Shows(_ => true, cancellation);
        return live;
    }

    /// <summary>Waits until the card shows something.</summary>
    /// <returns>When it did, as a <see cref="Stopwatch"/> timestamp.</returns>
    /// <exception cref="WalkException">It did not in time.</exception>
    public async Task<long> Shows(Func<Card, bool> what, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(Deadline);
        try
        {
            while (true)
            {
                Task next;
                lock (_gate)
                {
                    if (_seen.FindIndex(each => what(each.Card)) is >= 0 and var index)
                        return _seen[index].At;
                    next = _next.Task;
                }
                Check.That(!_reading.IsCompleted, "The stream of an open card's changes ended.");
                await Task.WhenAny(next, _reading).WaitAsync(deadline.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new WalkException($"An open card did not show the change within {Deadline.TotalSeconds:0} s; it shows {Last()}.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _events.Dispose();
        _closing.Dispose();
    }

    private async Task Read()
    {
        const string Data = "data: ";
        while (await _events.ReadLineAsync(_closing.Token) is { } line)
        {
            if (!line.StartsWith(Data, StringComparison.Ordinal))
                continue;
            var at = Stopwatch.GetTimestamp();
            var card = JsonSerializer.Deserialize<Card>(line[Data.Length..], JsonSerializerOptions.Web)!;
            lock (_gate)
            {
                _seen.Add((card, at));
                _next.SetResult();
                _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    private Card? Last()
    {
        lock (_gate)
            return _seen.Count == 0 ? null : _seen[^1].Card;
    }
}
