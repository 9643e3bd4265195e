using Hutong.EndToEnd.Tests.Fixtures;

namespace Hutong.EndToEnd.Tests.Walking;

/// <summary>The journey, with two instances of every service and of the gateway, and every request at random to one of them.</summary>
[Collection(nameof(WalkedSystem))]
public sealed class JourneySpecs(WalkedSystem walked, ITestOutputHelper output)
{
    private static readonly string[] Processes = ["gateway", "identity-link", "social-feed", "commerce-card", "attribution"];

    [Fact]
    public void The_journey_holds_on_two_instances_of_everything()
    {
        foreach (var line in walked.System.Reports.Concat(walked.Lines))
            output.WriteLine(line);

        var served = walked.System.Traces.Spans
            .Where(span => span.Kind == Launcher.Tracing.SpanKind.Server)
            .Select(span => span.Instance)
            .ToHashSet();
        served.ShouldBe(Processes.SelectMany(name => (string[])[$"{name}-1", $"{name}-2"]), ignoreOrder: true);
    }

    [Fact]
    public async Task The_journey_holds_again_on_the_same_data()
    {
        var again = await walked.Walk(TestContext.Current.CancellationToken);

        again.LiNa.ShouldBe(walked.Walked.LiNa);
        again.PartnerSubject.ShouldBe(walked.Walked.PartnerSubject);
        again.Purchase.OrderId.ShouldNotBe(walked.Walked.Purchase.OrderId);
    }
}
