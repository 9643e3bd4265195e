using System.Text.Json;
using Hutong.Testing;

namespace Hutong.CommerceCard.Tests;

[Collection(nameof(Market))]
public sealed class LiveSpecs(Market market)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_change_reaches_open_cards_at_both_instances()
    {
        var listing = await market.List(quantity: 9);
        using var here = await Follow(market.Service, $"/cards/{listing.ProductId}/live");
        using var there = await Follow(market.Other, $"/cards/{listing.ProductId}/live");
        (await here.Next()).Card.Units().ShouldBe(9);
        (await there.Next()).Card.Units().ShouldBe(9);

        await market.Service.As(Guid.CreateVersion7()).Order(listing.ProductId, 2);
        (await here.Next()).Card.Units().ShouldBe(7);
        (await there.Next()).Card.Units().ShouldBe(7);
        await market.Other.As(listing.Brand).Import(Feeds.Of(Feeds.Row(listing.ProductId, price: "88.00 USD", quantity: "9")));
        (await here.Next()).Card.PriceOf().ShouldBe(88_00);
        (await there.Next()).Card.PriceOf().ShouldBe(88_00);
    }

    [Fact]
    public async Task A_client_that_comes_back_gets_what_it_missed_and_nothing_twice()
    {
        var listing = await market.List(quantity: 9);
        string id;
        using (var first = await Follow(market.Service, $"/cards/{listing.ProductId}/live"))
            id = (await first.Next()).Id;
        using (var unchanged = await Follow(market.Other, $"/cards/{listing.ProductId}/live", id))
        {
            await market.Service.As(Guid.CreateVersion7()).Order(listing.ProductId, 1);
            // The first thing it hears is the change, not what it knew.
            (await unchanged.Next()).Card.Units().ShouldBe(8);
        }
        using var again = await Follow(market.Other, $"/cards/{listing.ProductId}/live", id);
        var missed = await again.Next();
        missed.Card.Units().ShouldBe(8);
        long.Parse(missed.Id, System.Globalization.CultureInfo.InvariantCulture)
            .ShouldBeGreaterThan(long.Parse(id, System.Globalization.CultureInfo.InvariantCulture));
        using var confused = await Follow(market.Other, $"/cards/{listing.ProductId}/live", "not-an-id");
        (await confused.Next()).Card.Units().ShouldBe(8);
    }

    [Fact]
    public async Task One_stream_carries_all_the_cards_of_a_page()
    {
        var (one, two) = (await market.List(quantity: 5), await market.List(quantity: 6));
        using var page = await Follow(market.Service, $"/cards/live?products={one.ProductId},{two.ProductId},no-such-desk");
        var first = await page.Next();
        var second = await page.Next();
        new[] { first, second }.Select(e => e.Card.Units()).ShouldBe([5, 6], ignoreOrder: true);
        second.Id.Split('.').Length.ShouldBe(3);
        await market.Other.As(Guid.CreateVersion7()).Order(two.ProductId);
        var change = await page.Next();
        change.Card.GetProperty("productId").GetString().ShouldBe(two.ProductId);

        using var back = await Follow(market.Other, $"/cards/live?products={one.ProductId},{two.ProductId},no-such-desk", second.Id);
        (await back.Next()).Card.GetProperty("productId").GetString().ShouldBe(two.ProductId);
    }

    [Fact]
    public async Task The_stream_ends_when_the_host_stops()
    {
        var instance = await market.Service.Another();
        var listing = await market.List();
        using var live = await Follow(instance, $"/cards/{listing.ProductId}/live");
        await live.Next();
        var stopped = instance.DisposeAsync();
        await live.End();
        await stopped;
    }

    private static async Task<EventSource> Follow(ServiceUnderTest<Program> instance, string path, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastEventId is not null)
            request.Headers.Add("Last-Event-ID", lastEventId);
        var response = await instance.Anonymous().SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(Patience);
        response.EnsureSuccessStatusCode();
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        return new EventSource(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    private sealed class EventSource(HttpResponseMessage response, StreamReader lines) : IDisposable
    {
        public async Task<(string Id, JsonElement Card)> Next()
        {
            var id = "";
            while (await lines.ReadLineAsync().WaitAsync(Patience) is { } line)
            {
                if (line.StartsWith("id: ", StringComparison.Ordinal))
                    id = line[4..];
                else if (line.StartsWith("data: ", StringComparison.Ordinal))
                    return (id, JsonDocument.Parse(line[6..]).RootElement);
            }
            throw new EndOfStreamException("The stream ended.");
        }

        public async Task End()
        {
            try
            {
                while (await lines.ReadLineAsync().WaitAsync(Patience) is not null)
                {
                }
            }
            catch (IOException)
            {
                // Cut off rather than ended: over all the same.
            }
        }

        public void Dispose()
        {
            lines.Dispose();
            response.Dispose();
        }
    }
}
