using System.Collections.Concurrent;
using System.Diagnostics;
using Hutong.Testing;

namespace Hutong.Messaging.Tests;

public sealed class TraceSpecs(Servers servers)
{
    [Fact]
    public async Task One_trace_goes_from_the_append_over_relay_and_broker_to_the_effect()
    {
        using var source = new ActivitySource("Hutong.Messaging.Tests");
        var spans = new ConcurrentBag<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name is "Hutong.Messaging" or "Hutong.Messaging.Tests" or "MassTransit",
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Add,
        };
        ActivitySource.AddActivityListener(listener);
        await using var exchange = await Exchange.On(servers);
        await exchange.StartReceiver();
        var origin = await exchange.StartOrigin();

        using var request = source.StartActivity("request")!;
        await origin.Tick("a-1", 1);
        request.Stop();
        await Eventually.True(async () => await exchange.Effects() == 1);

        var effect = await TraceParentOfEffect(exchange);
        effect.TraceId.ShouldBe(request.TraceId);
        await Eventually.True(() => Path(effect.SpanId) is [.., "request"], because: "every span up to the request has ended");
        Path(effect.SpanId).ShouldBe(
        [
            "attribution.commerce process", "attribution.commerce receive", "Hutong.Contracts:CardClicked send",
            "relay ticked", "request",
        ]);

        List<string> Path(ActivitySpanId id)
        {
            var names = new List<string>();
            while (spans.FirstOrDefault(s => s.TraceId == request.TraceId && s.SpanId == id) is { } span)
            {
                names.Add(span.DisplayName);
                id = span.ParentSpanId;
            }
            return names;
        }
    }

    private static async Task<ActivityContext> TraceParentOfEffect(Exchange exchange)
    {
        await using var command = exchange.Source(exchange.ReceiverDatabase).CreateCommand(
            "select headers->>'traceparent' from mt_events where type = 'applied'");
        return ActivityContext.Parse((string)(await command.ExecuteScalarAsync())!, null);
    }
}
