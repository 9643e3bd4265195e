using System.Text;
using Hutong.EndToEnd.Tests.Fixtures;
using Hutong.Simulators.People;
using Hutong.Testing;

namespace Hutong.EndToEnd.Tests.Privacy;

/// <summary>
/// No personal value of the demo's people is in an event, a parked message, a message on the bus, a log line or
/// anything sent over OTLP, after the whole journey.
/// </summary>
[Collection(nameof(WalkedSystem))]
public sealed class PrivacySpecs(WalkedSystem walked)
{
    private static readonly string[] Services = ["identity_link", "social_feed", "commerce_card", "attribution"];

    [Fact]
    public async Task No_event_stream_or_parked_message_tells_who_somebody_is()
    {
        foreach (var service in Services)
        {
            var rows = await Findings.LogOf(walked.System.Deployment.Databases[service]);
            rows.ShouldNotBeEmpty();
            foreach (var row in rows)
                Clean(service, Encoding.UTF8.GetBytes(row));
        }
    }

    [Fact]
    public async Task No_message_on_the_bus_tells_who_somebody_is()
    {
        var heard = await walked.System.Tap.Heard();
        heard.Count.ShouldBeGreaterThan(0);
        var all = string.Join('\n', heard.Select(Encoding.UTF8.GetString));
        foreach (var message in (string[])["PersonRegistered", "AccountLinked", "PostPublished", "PostReposted", "CardClicked", "OrderConfirmed"])
            all.ShouldContain(message, customMessage: "the tap hears every contract of the journey");
        foreach (var message in heard)
            Clean("message", message);
    }

    [Fact]
    public async Task No_log_line_of_any_process_tells_who_somebody_is()
    {
        var logs = new HashSet<string>();
        await foreach (var (log, line) in Findings.LinesOf(walked.System.Deployment.DataFolder))
        {
            logs.Add(log);
            Clean(log, line);
        }
        logs.ShouldContain("commerce-card-1.log");
    }

    [Fact]
    public async Task No_span_metric_or_log_record_sent_over_OTLP_tells_who_somebody_is()
    {
        var metric = "http.server.request.duration"u8.ToArray();
        await Eventually.True(() => walked.System.Traces.Requests.Any(request => request.AsSpan().IndexOf(metric) >= 0));
        walked.System.Traces.Spans.ShouldNotBeEmpty();
        foreach (var request in walked.System.Traces.Requests)
            Clean("OTLP", request);
    }

    /// <summary>The control: the search finds the names where they belong.</summary>
    [Theory]
    [InlineData("identity_link")]
    [InlineData("social_feed")]
    public async Task The_read_models_do_know_names(string service)
    {
        var rows = await Findings.ReadModelsOf(walked.System.Deployment.Databases[service]);

        rows.SelectMany(PersonalValues.In).ShouldContain(found => found.Contains(DemoPeople.Find("li-na")!.Weibo!.ScreenName, StringComparison.Ordinal));
    }

    [Fact]
    public void A_personal_value_is_found_in_every_form()
    {
        var nick = DemoPeople.Find("zoe")!.Taobao!.Nick;
        foreach (var (name, bytes) in PersonalValues.Forms(nick))
            PersonalValues.In([.. "before"u8, .. bytes, .. "after"u8]).ShouldContain($"“{nick}” {name}");
        foreach (var prefix in (string[])["", "a", "ab"])
            PersonalValues.In(Convert.ToBase64String(Encoding.UTF8.GetBytes($"{prefix}{nick}z"))).ShouldNotBeEmpty();
    }

    private static void Clean(string source, byte[] haystack) =>
        PersonalValues.In(haystack).ShouldBeEmpty(Findings.Place(source, haystack));
}
