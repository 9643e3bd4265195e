using System.Globalization;
using Hutong.Launcher.Deploying;

namespace Hutong.Launcher.BackingUp;

/// <summary><c>deploy/backup</c>: every database in two parts that are kept apart, and the ledger of erasures with the keys.</summary>
internal static class BackupCommand
{
    public const string Name = "backup";

    private const string Usage = """
        deploy/backup DATA-FOLDER KEYS-FOLDER [--keep-keys N]

        Writes a backup into a new folder, named by the time, under each of the two. What is under DATA-FOLDER can be
        kept for long. What is under KEYS-FOLDER opens it and names people: keep it elsewhere, for as short as you can.

          --keep-keys N   delete all but the newest N backups of the keys afterwards (7)
        """;

    public static async Task<int> Run(string[] arguments, CancellationToken cancellation)
    {
        var (data, keys, keep) = Parse(arguments);
        await using var servers = DeployedServers.OfEnvironment();
        if (!Directory.Exists(servers.Ledger))
            throw new LaunchException($"There is no ledger of erasures at {servers.Ledger}: name it by HUTONG_LEDGER. Identity-Link makes it when it starts.");
        await servers.Start(create: false, cancellation);
        var databases = await servers.Databases(cancellation);

        var now = DateTimeOffset.UtcNow;
        var generation = BackupFolder.Generation(now);
        var (dataFolder, keysFolder) = (BackupFolder.Begin(data, generation), BackupFolder.Begin(keys, generation));
        try
        {
            await Write(databases, servers.Ledger, dataFolder, keysFolder, cancellation);
        }
        catch
        {
            Directory.Delete(dataFolder, recursive: true);
            Directory.Delete(keysFolder, recursive: true);
            throw;
        }
        // The keys last: they count, and older ones go for them.
        (dataFolder, keysFolder) = (BackupFolder.Finish(dataFolder), BackupFolder.Finish(keysFolder));
        foreach (var old in BackupFolder.Generations(keys).SkipLast(keep))
        {
            Directory.Delete(old, recursive: true);
            Console.WriteLine($"{old} is deleted: {keep} backups of the keys are kept");
        }
        foreach (var left in ((string[])[data, keys]).SelectMany(folder => BackupFolder.GivenUp(folder, now.AddDays(-1))))
            Directory.Delete(left, recursive: true);
        Console.WriteLine($"To restore: deploy/restore {dataFolder} {keysFolder}");
        return 0;
    }

    private static async Task Write(
        IReadOnlyList<(string Name, string Connection)> databases, string ledger, string dataFolder, string keysFolder, CancellationToken cancellation)
    {
        foreach (var (name, connection) in databases)
        {
            await DatabaseBackup.Write(
                connection, BackupFolder.FileOf(dataFolder, name), BackupFolder.FileOf(keysFolder, name), cancellation);
            Console.WriteLine($"{name} is backed up");
        }
        BackupFolder.CopyLedger(ledger, BackupFolder.LedgerOf(keysFolder));
    }

    private static (string Data, string Keys, int Keep) Parse(string[] arguments)
    {
        var (data, keys, keep) = arguments switch
        {
            [var d, var k] => (d, k, 7),
            [var d, var k, "--keep-keys", var n] when int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 =>
                (d, k, number),
            _ => throw new LaunchException(Usage),
        };
        if (data.StartsWith('-') || keys.StartsWith('-'))
            throw new LaunchException(Usage);
        (data, keys) = (Path.GetFullPath(data), Path.GetFullPath(keys));
        return BackupFolder.Contains(data, keys) || BackupFolder.Contains(keys, data)
            ? throw new LaunchException("Keys are backed up apart from data: name two folders of which neither is in the other.")
            : (data, keys, keep);
    }
}
