using System.Globalization;
using System.Text.Json;
using Hutong.EventStore.Commands;
using Hutong.EventStore.Reading;
using Hutong.ServiceDefaults.Problems;

namespace Hutong.CommerceCard.Cards;

/// <summary>
/// <c>GET /cards/{product}/live</c>, and <c>GET /cards/live?products=a,b,c</c> for a page with several cards: their
/// changes as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). Each event is the
/// whole card; its <c>id</c> is the version of each card asked for, in order, so a client that reconnects (to any
/// instance) gets exactly the cards that changed meanwhile.
/// </summary>
internal static class LiveCards
{
    private const int MaxProducts = 50;
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    public static void Map(IEndpointRouteBuilder cards)
    {
        cards.MapGet("/live", (string? products, HttpContext http, CardReader reader, LiveTail tail, ProblemTable problems,
                IHostApplicationLifetime host, CancellationToken cancellation) =>
            Follow([.. (products ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Distinct().Take(MaxProducts)],
                http, reader, tail, problems, host, cancellation));
        cards.MapGet("/{productId}/live", (string productId, HttpContext http, CardReader reader, LiveTail tail, ProblemTable problems,
                IHostApplicationLifetime host, CancellationToken cancellation) =>
            Follow([productId], http, reader, tail, problems, host, cancellation));
    }

    private static async Task<IResult> Follow(
        string[] products, HttpContext http, CardReader reader, LiveTail tail, ProblemTable problems,
        IHostApplicationLifetime host, CancellationToken cancellation)
    {
        var productOf = products
            .SelectMany(id => CardReader.StreamsOf(id).Select(stream => (Stream: stream, Product: id)))
            .ToDictionary(x => x.Stream, x => x.Product, StringComparer.Ordinal);
        // Subscribe first, read after: what happens in between arrives through the subscription.
        using var subscription = tail.Subscribe(e => productOf.ContainsKey(e.StreamId));
        var now = await reader.FindMany(products, cancellation);
        if (now.Count == 0)
            return problems.Answer(new Rejection(CommerceProblems.ProductUnknown));

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation, host.ApplicationStopping);
        var stream = new CardStream(products, http);
        try
        {
            await stream.Begin(ended.Token);
            await stream.Write(now, ended.Token);
            while (await Changed(subscription, ended.Token) is { } streams)
            {
                if (streams.Count == 0)
                    await stream.Beat(ended.Token);
                else
                    await stream.Write(await reader.FindMany([.. streams.Select(s => productOf[s]).Distinct()], ended.Token), ended.Token);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The client has gone, or the host stops: the client comes back to another instance.
        }
        return TypedResults.Empty;
    }

    /// <summary>Waits for changes. Many at once are one: only the newest state matters.</summary>
    /// <returns>The streams that changed; none when it is time for a heartbeat; null when the subscription ended.</returns>
    private static async Task<HashSet<string>?> Changed(LiveSubscription subscription, CancellationToken cancellation)
    {
        using var beat = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        beat.CancelAfter(Heartbeat);
        try
        {
            if (!await subscription.Events.WaitToReadAsync(beat.Token))
                return null;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return [];
        }
        var streams = new HashSet<string>(StringComparer.Ordinal);
        while (subscription.Events.TryRead(out var e))
            streams.Add(e.StreamId);
        return streams;
    }

    /// <summary>One client's stream, and which version of each card it has.</summary>
    private sealed class CardStream(string[] products, HttpContext http)
    {
        private readonly long[] known = Known(http.Request.Headers["Last-Event-ID"].ToString(), products.Length);

        public async Task Begin(CancellationToken cancellation)
        {
            var headers = http.Response.Headers;
            headers.ContentType = "text/event-stream; charset=utf-8";
            headers.CacheControl = "no-store";
            headers["X-Accel-Buffering"] = "no";
            await http.Response.WriteAsync("retry: 1000\n\n", cancellation);
            await http.Response.Body.FlushAsync(cancellation);
        }

        public async Task Write(IReadOnlyList<Card> cards, CancellationToken cancellation)
        {
            foreach (var card in cards)
            {
                var index = Array.IndexOf(products, card.ProductId);
                if (card.Version <= known[index])
                    continue;
                known[index] = card.Version;
                var json = JsonSerializer.Serialize(card, CommerceJson.Default.Card);
                await http.Response.WriteAsync($"id: {string.Join('.', known)}\nevent: card\ndata: {json}\n\n", cancellation);
            }
            await http.Response.Body.FlushAsync(cancellation);
        }

        public async Task Beat(CancellationToken cancellation)
        {
            await http.Response.WriteAsync(": still here\n\n", cancellation);
            await http.Response.Body.FlushAsync(cancellation);
        }

        /// <summary>An id that is not ours is as good as none: everything is sent.</summary>
        private static long[] Known(string lastEventId, int count)
        {
            var parts = lastEventId.Split('.');
            var versions = new long[count];
            if (parts.Length != count)
                return versions;
            for (var i = 0; i < count; i++)
            {
                if (!long.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out versions[i]))
                    return new long[count];
            }
            return versions;
        }
    }
}
