using System.Text;
using System.Text.Json;
using Hutong.EndToEnd.Tests.Fixtures;
using Hutong.Launcher.Walk;
using Hutong.Simulators.People;
using Hutong.Testing;

namespace Hutong.EndToEnd.Tests.Privacy;

/// <summary>Somebody comes, says something, takes their data along and is erased: through the pages, as people do.</summary>
[Collection(nameof(WalkedSystem))]
public sealed class ErasureSpecs(WalkedSystem walked)
{
    private const string Words = "晚秋说过的话，后来谁也找不到了";

    private static readonly Person Qian = DemoPeople.Find("qian")!;
    private static readonly List<Needle> Needles = PersonalValues.NeedlesOf([.. Qian.PersonalValues, Words]);

    [Fact]
    public async Task After_export_and_erasure_no_value_of_the_person_is_in_any_table_queue_log_or_trace()
    {
        var (addresses, cancellation) = (walked.System.Addresses, TestContext.Current.CancellationToken);
        using var qian = new Visitor("qian", addresses);
        await qian.SignIn(addresses.Social, "weibo", cancellation);
        var account = await qian.Open(addresses.Origin, "/account", cancellation);
        var atTaobao = await account.Submit(account.FormTo("/account/link/taobao"), Visitor.Nothing, null, cancellation);
        var confirm = await qian.Authorize(atTaobao, "taobao", cancellation);
        (await confirm.Submit(confirm.FormTo("/account/link"), Visitor.Nothing, null, cancellation)).MustBeThere();
        var home = await qian.Open(addresses.Social, "/", cancellation);
        (await home.Submit(home.FormTo("/posts"), new Dictionary<string, string> { ["text"] = Words }, null, cancellation)).MustBeThere();
        var person = (await qian.Me(addresses.Social, cancellation)).PersonId;
        (await Found("identity_link")).ShouldContain(found => found.Contains(Qian.Weibo!.ScreenName, StringComparison.Ordinal));
        (await Found("social_feed")).ShouldContain(found => found.Contains(Words, StringComparison.Ordinal));

        var export = await qian.Open(addresses.Origin, "/account/export", cancellation);
        JsonDocument.Parse(export.Body).RootElement.GetProperty("accounts").EnumerateArray()
            .Select(linked => linked.GetProperty("displayName").GetString()).ShouldBe([Qian.Weibo!.ScreenName, Qian.Taobao!.Nick]);
        var erase = await qian.Open(addresses.Origin, "/account/erase", cancellation);
        await erase.Submit(erase.FormTo("/account/erase"), new Dictionary<string, string> { ["sure"] = "yes" }, null, cancellation);

        await Eventually.Passes(async () =>
        {
            foreach (var database in walked.System.Deployment.Databases.Keys)
                (await Found(database)).ShouldBeEmpty();
            (await Findings.LogOf(walked.System.Deployment.Databases["attribution"]))
                .ShouldContain(row => row.Contains("identity_erased", StringComparison.Ordinal) && row.Contains($"{person}", StringComparison.Ordinal));
        });
        var heard = await walked.System.Tap.Heard();
        string.Join('\n', heard.Select(Encoding.UTF8.GetString)).ShouldContain("PersonErased");
        foreach (var message in heard)
            PersonalValues.In(message, Needles).ShouldBeEmpty(Findings.Place("message", message));
        await foreach (var (log, line) in Findings.LinesOf(walked.System.Deployment.DataFolder))
            PersonalValues.In(line, Needles).ShouldBeEmpty(Findings.Place(log, line));
        foreach (var request in walked.System.Traces.Requests)
            PersonalValues.In(request, Needles).ShouldBeEmpty(Findings.Place("OTLP", request));
        var ledger = Directory.GetFiles(Path.Combine(walked.System.Deployment.DataFolder, "erasures"));
        ledger.SelectMany(File.ReadAllLines).ShouldContain(line => line.StartsWith($"{person} ", StringComparison.Ordinal));
    }

    /// <summary>What is found of the person in a database.</summary>
    private async Task<List<string>> Found(string database) =>
        [.. (await Findings.AllOf(walked.System.Deployment.Databases[database]))
            .SelectMany(row => PersonalValues.In(Encoding.UTF8.GetBytes(row), Needles))];
}
