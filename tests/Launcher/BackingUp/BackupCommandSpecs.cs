using Hutong.EventStore.PersonalData.Erasures;
using Hutong.Launcher.PrivateServers;
using Hutong.Launcher.Processes;
using Npgsql;

namespace Hutong.Launcher.Tests.BackingUp;

/// <summary>The commands themselves, on the databases of a deployment.</summary>
public sealed class BackupCommandSpecs(BackedUpDeployment deployment) : IClassFixture<BackedUpDeployment>
{
    // Each spec has folders of its own.
    private readonly string folder = Directory.CreateDirectory(Path.Combine(deployment.Folder, Guid.NewGuid().ToString("N"))).FullName;

    private string Ledger => Path.Combine(folder, "ledger");

    private string Data => Path.Combine(folder, "backups");

    private string Keys => Path.Combine(folder, "keys");

    [Fact]
    public async Task Who_was_erased_after_a_backup_does_not_come_back_with_it_and_everybody_else_does()
    {
        var (erased, stays) = (await deployment.Author(), await deployment.Author());
        await Record();
        var generation = await Backup();
        await Record(erased);
        var later = await deployment.Author();

        (await Restore(generation)).ShouldNotBeNull().ShouldContain("is not empty: --replace");
        await using (var service = new NpgsqlConnection(deployment.Server.AdministratorOf("gateway")))
        {
            await service.OpenAsync(TestContext.Current.CancellationToken);
            (await Restore(generation, "--replace")).ShouldNotBeNull().ShouldContain("Stop Hutong first");
        }
        (await Restore(generation, "--replace")).ShouldBeNull();

        (await deployment.Has(erased)).ShouldBeFalse();
        (await deployment.Has(stays)).ShouldBeTrue();
        (await deployment.Has(later)).ShouldBeFalse("the backup is from before");
        (await deployment.Aside()).ShouldBe(0L);
    }

    [Fact]
    public async Task Without_its_ledger_nothing_is_backed_up_or_restored_unless_that_is_asked_for()
    {
        var (erased, stays) = (await deployment.Author(), await deployment.Author());
        (await deployment.Command(Ledger, ["backup", Data, Keys])).ShouldNotBeNull().ShouldContain("no ledger of erasures");
        Directory.Exists(Keys).ShouldBeFalse();
        await Record();
        var generation = await Backup();
        await Record(erased);
        await Backup();
        Directory.Delete(Ledger, recursive: true);

        (await Restore(generation, "--replace")).ShouldNotBeNull().ShouldContain("no ledger of erasures");
        (await deployment.Has(erased)).ShouldBeTrue("nothing was touched");
        (await Restore(generation, "--replace", "--no-ledger")).ShouldBeNull();

        (await deployment.Has(erased)).ShouldBeFalse("the next backup of the keys knows of them");
        (await deployment.Has(stays)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_restore_that_cannot_erase_everybody_again_leaves_what_is_there()
    {
        var erased = await deployment.Author();
        await Record();
        var generation = await Backup();
        var later = await deployment.Author();
        await Record(erased);
        await File.AppendAllTextAsync(Path.Combine(Ledger, "one.erasures"), "nonsense\n", TestContext.Current.CancellationToken);

        (await Restore(generation, "--replace")).ShouldNotBeNull();

        (await deployment.Has(later)).ShouldBeTrue();
        (await deployment.Aside()).ShouldBe(0L, "who was erased is in no database that was left behind");
    }

    [Fact]
    public async Task A_backup_makes_no_secret_and_no_database_and_a_restore_no_secret()
    {
        var somebody = await deployment.Author();
        await Record();
        var elsewhere = Path.Combine(folder, "new machine");

        (await deployment.Command(Ledger, ["backup", Data, Keys], data: elsewhere)).ShouldBeNull();
        Directory.Exists(elsewhere).ShouldBeFalse();
        (await deployment.Has(somebody)).ShouldBeTrue("the service still gets in with its password");

        var generation = Path.GetFileName(Directory.GetDirectories(Keys).Single());
        (await deployment.Command(Ledger, ["restore", Path.Combine(Data, generation), Path.Combine(Keys, generation), "--replace"], data: elsewhere))
            .ShouldNotBeNull().ShouldContain("bring the secrets");
        Directory.Exists(elsewhere).ShouldBeFalse();
    }

    [Fact]
    public async Task A_new_machine_with_the_secrets_and_the_ledger_of_the_old_one_has_everybody_again_who_was_not_erased()
    {
        var (erased, stays) = (await deployment.Author(), await deployment.Author());
        await Record();
        var generation = await Backup();
        await Record(erased);
        var (machine, port) = (Path.Combine(folder, "new machine"), Ports.Free(1)[0]);
        var secrets = Directory.CreateDirectory(Path.Combine(machine, "secrets")).FullName;
        foreach (var secret in Directory.GetFiles(Path.Combine(deployment.Data, "secrets")))
            File.Copy(secret, Path.Combine(secrets, Path.GetFileName(secret)));
        string[] restore = ["restore", Path.Combine(Data, generation), Path.Combine(Keys, generation)];

        (await deployment.Command(Ledger, ["backup", Data, Keys], machine, port)).ShouldNotBeNull().ShouldContain("There are no databases");
        (await deployment.Command(Ledger, restore, machine, port)).ShouldBeNull();

        await using var postgres = await PrivatePostgres.Start(
            new() { Folder = Path.Combine(machine, "postgres"), Port = port }, TestContext.Current.CancellationToken);
        (await BackedUpDeployment.Has(erased, postgres.Server.AdministratorOf("social_feed"))).ShouldBeFalse();
        (await BackedUpDeployment.Has(stays, postgres.Server.AdministratorOf("social_feed"))).ShouldBeTrue();
    }

    [Fact]
    public async Task Only_whole_backups_of_the_keys_count_among_those_that_are_kept()
    {
        foreach (var old in (string[])["2001-01-01T00-00-00Z", "2001-01-02T00-00-00Z", "2001-01-03T00-00-00Z.part"])
            Directory.CreateDirectory(Path.Combine(Keys, old));
        Directory.CreateDirectory(Data);
        await Record();

        await deployment.Server.Rename([("gateway", "elsewhere")], TestContext.Current.CancellationToken);
        (await deployment.Command(Ledger, ["backup", Data, Keys, "--keep-keys", "2"])).ShouldNotBeNull().ShouldContain("Database gateway is missing");
        await deployment.Server.Rename([("elsewhere", "gateway")], TestContext.Current.CancellationToken);
        Directory.GetDirectories(Keys).Length.ShouldBe(3);
        Directory.GetDirectories(Data).ShouldBeEmpty();

        (await deployment.Command(Ledger, ["backup", Data, Keys, "--keep-keys", "2"])).ShouldBeNull();
        Directory.GetDirectories(Keys).Select(Path.GetFileName).Order().ShouldBe(["2001-01-02T00-00-00Z", Path.GetFileName(Directory.GetDirectories(Data).Single())]);
    }

    private async Task Record(params Guid[] persons)
    {
        using var ledger = new ErasureLedger(Ledger, "one");
        await ledger.Record(persons.Select(person => new Erasure(person, DateTimeOffset.UtcNow)), TestContext.Current.CancellationToken);
    }

    /// <returns>The new backup's name.</returns>
    private async Task<string> Backup()
    {
        (await deployment.Command(Ledger, ["backup", Data, Keys])).ShouldBeNull();
        return Path.GetFileName(Directory.GetDirectories(Keys).Max(StringComparer.Ordinal)!);
    }

    private Task<string?> Restore(string generation, params string[] options) =>
        deployment.Command(Ledger, ["restore", Path.Combine(Data, generation), Path.Combine(Keys, generation), .. options]);
}
