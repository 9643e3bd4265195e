extern alias simulators;

using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hutong.EventStore;
using Hutong.EventStore.CommandLine;
using Hutong.EventStore.PersonalData;
using Hutong.EventStore.PersonalData.Erasures;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Tests.Hosting;
using Hutong.IdentityLink.Tests.Receipts;
using Hutong.Launcher.BackingUp;
using Hutong.Testing;
using Microsoft.Extensions.DependencyInjection;
using DemoPeople = simulators::Hutong.Simulators.People.DemoPeople;

namespace Hutong.IdentityLink.Tests.Erasing;

/// <summary>Backups by PostgreSQL's own programs, and what a restore brings back: nobody who was erased.</summary>
public sealed class BackupSpecs(Servers servers, SimulatedPlatforms platforms) : IAsyncLifetime
{
    private readonly IdentityService identity = new(servers, platforms);
    private readonly IdentityService restored = new(servers, platforms);
    private readonly string folder = Directory.CreateTempSubdirectory("hutong-backup-").FullName;

    private string Ledger => Path.Combine(folder, "ledger");

    private string Data => Path.Combine(folder, "data.dump");

    private string Keys => Path.Combine(folder, "keys.dump");

    public ValueTask InitializeAsync() => identity.Start(new Dictionary<string, string?> { ["Erasing:Ledger"] = Ledger, ["Instance"] = "one" });

    public async ValueTask DisposeAsync()
    {
        await restored.DisposeAsync();
        await identity.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_backup_from_before_an_erasure_brings_nobody_back_and_everybody_else_is_whole()
    {
        using var li = await Signed("li-na");
        await li.Link("li-na", "taobao");
        using var wang = await Signed("wang");
        await wang.Link("wang", "taobao");
        var (liId, wangId) = (await identity.PersonOf(li), await identity.PersonOf(wang));
        var (streams, receipts) = (await Streams(identity), await Receipts(wang));
        await DatabaseBackup.Write(identity.ConnectionString, Data, Keys, TestContext.Current.CancellationToken);
        await Erase(li);
        (await ErasureLedger.Read(Ledger, TestContext.Current.CancellationToken)).Select(erasure => erasure.PersonId).ShouldBe([liId]);

        await Restore();

        foreach (var value in ValuesOf("li-na"))
            (await Places(restored, value)).ShouldBeEmpty();
        foreach (var value in ValuesOf("wang"))
            (await Places(restored, value)).ShouldBe(["linked_account"]);
        (await restored.Services.GetRequiredService<PersonKeys>().Find(liId)).ShouldBeNull();
        await ShouldOpenNothing(await Sealed(liId));
        foreach (var table in (string[])["linked_account", "subject", "notice", "token_grant", "person_key"])
            (await restored.Count($"select count(*) from {table} where person_id = $1", liId)).ShouldBe(0, table);
        (await restored.Count("select (select count(*) from browser_session) + (select count(*) from token_grant)")).ShouldBe(0, "everybody signs in anew");
        // The streams are what they were, and go on.
        (await Streams(restored))[Person.StreamOf(liId)].ShouldBe([.. streams[Person.StreamOf(liId)], "person_erased"]);
        (await Streams(restored))[Person.StreamOf(wangId)].ShouldBe(streams[Person.StreamOf(wangId)]);
        foreach (var person in (Guid[])[liId, wangId])
        {
            var stream = await restored.Services.GetRequiredService<IEventStore>().ReadStream(Person.StreamOf(person));
            ReceiptReading.Chained(stream.Events).Count.ShouldBe(2, "one for each link");
        }
        using var again = new TestBrowser(restored, platforms);
        await again.SignIn("wang", "taobao");
        (await restored.PersonOf(again)).ShouldBe(wangId);
        (await Receipts(again)).ShouldBe(receipts);
        var key = (await restored.Services.GetRequiredService<PersonKeys>().Find(wangId))!;
        (await Sealed(wangId)).Select(value => key.Open(Token(value))).ShouldContain(DemoPeople.Find("wang")!.Taobao!.Nick);
        using var anew = new TestBrowser(restored, platforms);
        await anew.SignIn("li-na", "weibo");
        (await restored.PersonOf(anew)).ShouldNotBe(liId);
    }

    [Fact]
    public async Task The_data_of_a_backup_without_its_keys_names_nobody_and_holds_no_key()
    {
        using var li = await Signed("li-na");
        await li.Link("li-na", "taobao");
        await DatabaseBackup.Write(identity.ConnectionString, Data, Keys, TestContext.Current.CancellationToken);
        var (data, keys) = (await Dumps.Text(Data), await Dumps.Text(Keys));

        foreach (var value in ValuesOf("li-na"))
        {
            data.ShouldNotContain(value);
            keys.ShouldContain(value);
        }
        foreach (var (table, column) in ((string, string)[])[("person_key", "wrapped_key"), ("signing_key", "wrapped_private_key")])
        {
            var secret = Convert.ToHexStringLower((byte[])(await identity.Scalar($"select {column} from {table} limit 1"))!);
            data.ShouldNotContain(secret);
            keys.ShouldContain(secret);
        }
        data.ShouldContain("person_registered");
        keys.ShouldNotContain("person_registered");
    }

    [Fact]
    public async Task Of_two_who_are_still_merged_in_a_backup_the_one_who_was_erased_later_goes_and_the_other_stays()
    {
        using var weibo = await Signed("li-na");
        using var taobao = new TestBrowser(identity, platforms);
        await taobao.SignIn("li-na", "taobao");
        var (holder, absorbed) = (await identity.PersonOf(weibo), await identity.PersonOf(taobao));
        var offer = await weibo.ProveForLink("li-na", "taobao");
        await weibo.Submit(offer, "/account/merge", ("keep", "mine"));
        await DatabaseBackup.Write(identity.ConnectionString, Data, Keys, TestContext.Current.CancellationToken);

        // Later the merge was undone, and one of the two erased: either of them, in a copy of its own.
        foreach (var (erased, stays, platform) in ((Guid, Guid, string)[])[(absorbed, holder, "weibo"), (holder, absorbed, "taobao")])
        {
            await using var copy = new IdentityService(servers, platforms);
            var ledger = Path.Combine(folder, platform);
            using (var records = new ErasureLedger(ledger, "made-up"))
                await records.Record([new(erased, DateTimeOffset.UtcNow)], CancellationToken.None);
            await Restore(copy, ledger);

            (await copy.Services.GetRequiredService<PersonKeys>().Find([erased, stays])).Keys.ShouldBe([stays]);
            using var again = new TestBrowser(copy, platforms);
            await again.SignIn("li-na", platform);
            (await copy.PersonOf(again)).ShouldBe(stays);
            (await copy.Count("select count(*) from linked_account")).ShouldBe(1);
        }
    }

    [Fact]
    public async Task An_erasure_that_was_kept_from_the_ledger_is_recorded_later_and_a_line_cut_off_is_written_again()
    {
        using var li = await Signed("li-na");
        var person = await identity.PersonOf(li);
        await Erase(li);
        var file = Directory.GetFiles(Ledger).Single();
        await Eventually.True(async () => (await File.ReadAllLinesAsync(file)).Length >= 2, because: "the log is read, too");

        await File.WriteAllTextAsync(file, $"{Guid.CreateVersion7()} 2026-11-22T09:00:00.0000000Z\n{person} 2026-1");
        (await ErasureLedger.Read(Ledger, CancellationToken.None)).Count.ShouldBe(1, "what was cut off was never confirmed, and holds up no restore");
        using var ledger = new ErasureLedger(Ledger, "one");
        await ledger.Record([new(person, DateTimeOffset.UtcNow)], CancellationToken.None);

        (await ErasureLedger.Read(Ledger, CancellationToken.None)).Count.ShouldBe(2);
        await File.AppendAllTextAsync(file, "nonsense\n");
        await Should.ThrowAsync<FormatException>(() => ErasureLedger.Read(Ledger, CancellationToken.None));
    }

    private Task Restore() => Restore(restored, Ledger);

    private async Task Restore(IdentityService into, string ledger)
    {
        var database = await servers.NewDatabase();
        await DatabaseBackup.Restore(database, Data, Keys, TestContext.Current.CancellationToken);
        await into.Start(new Dictionary<string, string?> { ["ConnectionStrings:Database"] = database });
        var replay = into.Services.GetServices<IServiceCommand>().Single(command => command.Name == "replay-erasures");
        (await replay.Run([ledger], TestContext.Current.CancellationToken)).ShouldBe(0);
        (await replay.Run([ledger], TestContext.Current.CancellationToken)).ShouldBe(0, "once more changes nothing");
    }

    private async Task<TestBrowser> Signed(string person)
    {
        var browser = new TestBrowser(identity, platforms);
        await browser.SignIn(person, "weibo");
        return browser;
    }

    private static async Task Erase(TestBrowser browser) =>
        (await browser.Submit(await browser.Get("/account/erase"), "/account/erase", ("sure", "yes"))).Text.ShouldContain("Your identity is erased");

    private static IEnumerable<string> ValuesOf(string person) =>
        DemoPeople.Find(person) is { } it ? [it.Weibo!.ScreenName, it.Taobao!.Nick] : [];

    private static async Task<string[]> Receipts(TestBrowser browser) =>
        [.. JsonNode.Parse((await browser.Get("/account/receipts")).Body)!["receipts"]!.AsArray().Select(jws => jws!.GetValue<string>())];

    private static async Task<Dictionary<string, List<string>>> Streams(IdentityService service)
    {
        var streams = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        await using var command = service.Database.CreateCommand("select stream_id, type from mt_events where type <> 'signed_in' order by seq_id");
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            if (!streams.TryGetValue(reader.GetString(0), out var events))
                streams.Add(reader.GetString(0), events = []);
            events.Add(reader.GetString(1));
        }
        return streams;
    }

    /// <summary>The tables in which a value stands, in any column, as text or in the hexadecimal that bytes are shown in.</summary>
    private static async Task<List<string>> Places(IdentityService service, string value) =>
        [.. (await service.Find(value)).Union(await service.Find(Convert.ToHexStringLower(Encoding.UTF8.GetBytes(value))))];

    /// <summary>A person's sealed values as their events hold them.</summary>
    private async Task<List<string>> Sealed(Guid person)
    {
        var stream = await restored.Services.GetRequiredService<IEventStore>().ReadStream(Person.StreamOf(person));
        var sealedValues = stream.Events.Select(e => e.Data).OfType<AccountLinked>()
            .SelectMany(linked => (Sealed?[])[linked.Subject, linked.Nickname]).OfType<Sealed>().Select(value => value.ToString()).ToList();
        sealedValues.ShouldNotBeEmpty();
        return sealedValues;
    }

    /// <summary>No key that is there opens any of these.</summary>
    private async Task ShouldOpenNothing(List<string> values)
    {
        await using var command = restored.Database.CreateCommand("select person_id from person_key");
        await using var reader = await command.ExecuteReaderAsync();
        var keys = restored.Services.GetRequiredService<PersonKeys>();
        var tried = 0;
        while (await reader.ReadAsync())
        {
            var key = (await keys.Find(reader.GetGuid(0)))!;
            foreach (var value in values)
                Should.Throw<CryptographicException>(() => key.Open(Token(value)));
            tried++;
        }
        tried.ShouldBeGreaterThan(0);
    }

    private static Sealed Token(string value) => JsonSerializer.Deserialize<Sealed>($"\"{value}\"");
}
