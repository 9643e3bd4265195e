using System.Net.Http.Json;
using System.Text.Json;
using Hutong.EventStore.CommandLine;
using Hutong.EventStore.PersonalData.Erasures;
using Hutong.Launcher.BackingUp;
using Hutong.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Hutong.SocialFeed.Tests;

[Collection(nameof(Feed))]
public sealed class BackupSpecs(Feed feed, Servers servers, InternalTokens tokens) : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("hutong-backup-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_backup_from_before_an_erasure_brings_back_no_word_of_the_erased_and_every_word_of_others()
    {
        var (erased, other) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var gone = await feed.Service.As(erased, "Somebody remembered by a backup").Post("words that a backup holds").PostId();
        var stays = await feed.Service.As(other, "Somebody else in the backup").Post("words that stay").PostId();
        var repost = await feed.Service.As(other, "Somebody else in the backup").Repost(gone).PostId();
        var (data, keys, ledger) = (Path.Combine(folder, "data"), Path.Combine(folder, "keys"), Path.Combine(folder, "ledger"));
        await DatabaseBackup.Write(feed.Service.Settings["ConnectionStrings:Database"]!, data, keys, TestContext.Current.CancellationToken);
        foreach (var value in (string[])["words that a backup holds", "words that stay", "Somebody"])
        {
            (await Dumps.Text(data)).ShouldNotContain(value, customMessage: "the data without its keys names nobody and says nothing");
            (await Dumps.Text(keys)).ShouldContain(value);
        }
        using (var records = new ErasureLedger(ledger, "identity-link"))
            await records.Record([new(erased, DateTimeOffset.UtcNow)], CancellationToken.None);

        var database = await servers.NewDatabase();
        await DatabaseBackup.Restore(database, data, keys, TestContext.Current.CancellationToken);
        await using var restored = await ServiceUnderTest<Program>.Start(
            servers, tokens, "social-feed", new Dictionary<string, string?> { ["ConnectionStrings:Database"] = database });
        (await Read(restored, gone)).GetProperty("text").GetString().ShouldBe("words that a backup holds", "the restore alone brings them back");
        var replay = restored.Services.GetServices<IServiceCommand>().Single(command => command.Name == "replay-erasures");
        (await replay.Run([ledger], TestContext.Current.CancellationToken)).ShouldBe(0);

        (await Read(restored, gone)).GetProperty("text").ValueKind.ShouldBe(JsonValueKind.Null);
        (await Read(restored, repost)).GetProperty("parentId").GetGuid().ShouldBe(gone);
        (await Read(restored, stays)).GetProperty("text").GetString().ShouldBe("words that stay");
        (await Read(restored, stays)).GetProperty("author").GetString().ShouldBe("Somebody else in the backup");
        foreach (var value in (string[])["words that a backup holds", "Somebody remembered by a backup"])
            (await Rows(restored)).ShouldNotContain(row => row.Contains(value, StringComparison.Ordinal));
        await (await restored.As(erased, "Somebody remembered by a backup").Post("more")).ShouldBeProblem(403, "author_erased");
    }

    private static async Task<JsonElement> Read(ServiceUnderTest<Program> service, Guid post) =>
        await service.Anonymous().GetFromJsonAsync<JsonElement>($"/feed/posts/{post}");

    /// <summary>Every row of every table, as text.</summary>
    private static async Task<List<string>> Rows(ServiceUnderTest<Program> service)
    {
        await using var command = service.Database.CreateCommand(
            "select query_to_xml(format('select * from %I', table_name), true, false, '')::text from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'");
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
            rows.Add(reader.GetString(0));
        rows.ShouldContain(row => row.Contains("words that stay", StringComparison.Ordinal));
        return rows;
    }
}
