using System.Globalization;
using System.IO.Enumeration;

namespace Hutong.Launcher.BackingUp;

/// <summary>What lies where in a backup.</summary>
internal static class BackupFolder
{
    private const UnixFileMode OnlyOwner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const string Stamps = "????-??-??T??-??-??Z";
    private const string Unfinished = ".part";

    /// <summary>The name of a backup that begins at a time.</summary>
    public static string Generation(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH-mm-ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Makes the folder that a backup is written to. It counts as none before it is finished.</summary>
    public static string Begin(string under, string generation)
    {
        var folder = Path.Combine(under, generation);
        if (Directory.Exists(folder) || Directory.Exists(folder + Unfinished))
            throw new LaunchException($"{folder} is there already: wait a second.");
        return Directory.CreateDirectory(folder + Unfinished, OnlyOwner).FullName;
    }

    /// <summary>Makes what was written a backup.</summary>
    /// <returns>Its folder.</returns>
    public static string Finish(string unfinished)
    {
        var folder = unfinished[..^Unfinished.Length];
        Directory.Move(unfinished, folder);
        return folder;
    }

    /// <summary>The backups under a folder, the oldest first.</summary>
    public static IEnumerable<string> Generations(string under) =>
        Directory.GetDirectories(under, Stamps).Order(StringComparer.Ordinal);

    /// <summary>What runs that were killed left behind.</summary>
    public static IEnumerable<string> GivenUp(string under, DateTimeOffset before) =>
        Directory.GetDirectories(under, Stamps + Unfinished)
            .Where(folder => string.CompareOrdinal(Path.GetFileName(folder), Generation(before)) < 0);

    public static string FileOf(string folder, string database) => Path.Combine(folder, $"{database}.dump");

    public static string LedgerOf(string keysFolder) => Path.Combine(keysFolder, "erasures");

    /// <summary>Copies a ledger of erasures.</summary>
    public static void CopyLedger(string from, string to)
    {
        Directory.CreateDirectory(to, OnlyOwner);
        foreach (var file in Directory.GetFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
    }

    /// <summary>
    /// Adds the ledgers that lie with backups of the keys to the living one: files of their own, named after the backup
    /// that they were first read from, so that none takes the place of one that is still written to.
    /// </summary>
    public static void AddLedgers(string keysFolder, string ledger)
    {
        Directory.CreateDirectory(ledger, OnlyOwner);
        foreach (var generation in Generations(Path.GetDirectoryName(keysFolder)!).Append(keysFolder).Distinct())
        {
            if (!Directory.Exists(LedgerOf(generation)))
                continue;
            foreach (var file in Directory.GetFiles(LedgerOf(generation)))
            {
                var name = Path.GetFileName(file);
                var own = FileSystemName.MatchesSimpleExpression($"{Stamps}-*", name) ? name : $"{Path.GetFileName(generation)}-{name}";
                File.Copy(file, Path.Combine(ledger, own), overwrite: true);
            }
        }
    }

    /// <summary>Whether a folder is, or is in, another.</summary>
    public static bool Contains(string outer, string inner) =>
        (inner.TrimEnd('/') + "/").StartsWith(outer.TrimEnd('/') + "/", StringComparison.Ordinal);
}
