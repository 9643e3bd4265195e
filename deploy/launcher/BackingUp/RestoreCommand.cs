using Hutong.Launcher.Deploying;
using Hutong.Launcher.Processes;

namespace Hutong.Launcher.BackingUp;

/// <summary>
/// <c>deploy/restore</c>: a backup into empty databases, and then the erasures since. Nothing serves before both are done.
/// </summary>
internal static class RestoreCommand
{
    public const string Name = "restore";

    private const string Usage = """
        deploy/restore DATA-FOLDER/TIME KEYS-FOLDER/TIME [--replace]

        Reads a backup of deploy/backup into empty databases, and erases everybody again who was erased since: those in
        the ledger of this machine, and those in the ledger that lies with the keys. Stop Hutong first.

          --replace   drop the databases that are there
        """;

    /// <summary>The services that hold something of persons, and their projects.</summary>
    private static readonly string[] Erasing = ["identity-link", "social-feed", "attribution"];

    public static async Task<int> Run(string[] arguments, CancellationToken cancellation)
    {
        var (data, keys, replace) = arguments switch
        {
            [var d, var k] => (Path.GetFullPath(d), Path.GetFullPath(k), false),
            [var d, var k, "--replace"] => (Path.GetFullPath(d), Path.GetFullPath(k), true),
            _ => throw new LaunchException(Usage),
        };
        await using var servers = await DeployedServers.Start(cancellation);
        var files = servers.Databases.Keys
            .Select(name => (Name: name, Data: BackupFolder.FileOf(data, name), Keys: BackupFolder.FileOf(keys, name)))
            .ToList();
        if (files.SelectMany(file => (string[])[file.Data, file.Keys]).FirstOrDefault(file => !File.Exists(file)) is { } missing)
            throw new LaunchException($"{missing} is missing: is this a backup of deploy/backup?");
        await servers.MustBeUnused(cancellation);
        if (replace)
            await servers.Empty(cancellation);
        await servers.MustBeEmpty(cancellation);

        foreach (var (name, dataFile, keysFile) in files)
        {
            await DatabaseBackup.Restore(servers.Databases[name], dataFile, keysFile, cancellation);
            Console.WriteLine($"{name} is restored");
        }
        // What was known when the backup was made is part of the living ledger from now on.
        BackupFolder.CopyLedger(BackupFolder.LedgerOf(keys), servers.Ledger, prefix: $"{Path.GetFileName(keys)}-");
        foreach (var service in servers.Services.Where(service => Erasing.Contains(service.Name)))
            await ReplayErasures(service, servers, cancellation);
        Console.WriteLine("Restored, and erased again whoever was erased since.");
        return 0;
    }

    private static async Task ReplayErasures(OwnProcess service, DeployedServers servers, CancellationToken cancellation)
    {
        Console.Write($"{service.Name}: ");
        await ChildProcess.Run(new ChildProcessOptions
        {
            Name = $"{service.Name} replay-erasures",
            Program = "dotnet",
            Arguments = [Layout.Find().Program(service.Project), "replay-erasures", servers.Ledger],
            Environment = service.Settings,
            WorkingFolder = Layout.Find().At(service.Project),
        }, cancellation);
    }
}
