using Hutong.Launcher.Deploying;
using Hutong.Launcher.Processes;

namespace Hutong.Launcher.BackingUp;

/// <summary>
/// <c>deploy/restore</c>: a backup into databases aside, and then the erasures since; only then do they take their places.
/// What stops before that has changed nothing that could be served.
/// </summary>
internal static class RestoreCommand
{
    public const string Name = "restore";

    private const string Usage = """
        deploy/restore DATA-FOLDER/TIME KEYS-FOLDER/TIME [--replace] [--no-ledger]

        Reads a backup of deploy/backup, and erases everybody again who was erased since: those in the ledger of this
        machine, and those in the ledgers that lie with this and the other backups of the keys. Stop Hutong first.

          --replace     drop the databases that are there
          --no-ledger   the ledger of this machine, or of the backup, is lost: whoever only it names comes back
        """;

    /// <summary>The services that hold something of persons, and their projects.</summary>
    private static readonly string[] Erasing = ["identity-link", "social-feed", "attribution"];

    public static async Task<int> Run(string[] arguments, CancellationToken cancellation)
    {
        var (data, keys, options) = arguments is [var d, var k, .. var rest] && rest.All(option => option is "--replace" or "--no-ledger")
            ? (Path.GetFullPath(d), Path.GetFullPath(k).TrimEnd('/'), rest)
            : throw new LaunchException(Usage);
        await using var servers = DeployedServers.OfEnvironment();
        var files = DataServers.DatabaseNames
            .Select(name => (Name: name, Data: BackupFolder.FileOf(data, name), Keys: BackupFolder.FileOf(keys, name)))
            .ToList();
        if (files.SelectMany(file => (string[])[file.Data, file.Keys]).FirstOrDefault(file => !File.Exists(file)) is { } missing)
            throw new LaunchException($"{missing} is missing: is this a backup of deploy/backup?");
        servers.MustHaveSecrets();
        if (!options.Contains("--no-ledger"))
            MustHaveLedgers(servers.Ledger, BackupFolder.LedgerOf(keys));

        await servers.Start(create: true, cancellation);
        await servers.MustBeUnused(cancellation);
        if (!options.Contains("--replace"))
            await servers.MustBeEmpty(cancellation);
        // What was known when the backups were made is part of the living ledger from now on.
        BackupFolder.AddLedgers(keys, servers.Ledger);
        try
        {
            var databases = await servers.MakeAside(cancellation);
            foreach (var (name, dataFile, keysFile) in files)
            {
                await DatabaseBackup.Restore(databases[name], dataFile, keysFile, cancellation);
                Console.WriteLine($"{name} is restored");
            }
            foreach (var service in servers.Services.Where(service => Erasing.Contains(service.Name)))
                await ReplayErasures(service, servers.Ledger, cancellation);
            await servers.PutInPlace(cancellation);
        }
        catch
        {
            await servers.DropAside();
            throw;
        }
        Console.WriteLine("Restored, and erased again whoever was erased since.");
        return 0;
    }

    private static void MustHaveLedgers(params string[] ledgers)
    {
        if (ledgers.FirstOrDefault(ledger => !Directory.Exists(ledger)) is { } missing)
            throw new LaunchException(
                $"There is no ledger of erasures at {missing}: without it whoever was erased comes back. Bring it, or restore with --no-ledger.");
    }

    private static async Task ReplayErasures(OwnProcess service, string ledger, CancellationToken cancellation)
    {
        Console.Write($"{service.Name}: ");
        await ChildProcess.Run(new ChildProcessOptions
        {
            Name = $"{service.Name} replay-erasures",
            Program = "dotnet",
            Arguments = [Layout.Find().Program(service.Project), "replay-erasures", ledger],
            Environment = service.Settings,
            WorkingFolder = Layout.Find().At(service.Project),
        }, cancellation);
    }
}
