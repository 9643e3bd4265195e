namespace Hutong.Launcher.BackingUp;

/// <summary>What lies where in a backup.</summary>
internal static class BackupFolder
{
    private const UnixFileMode OnlyOwner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Makes the folder of one backup.</summary>
    public static string Make(string under, string generation)
    {
        var folder = Path.Combine(under, generation);
        if (Directory.Exists(folder))
            throw new LaunchException($"{folder} is there already: wait a second.");
        Directory.CreateDirectory(folder, OnlyOwner);
        return folder;
    }

    /// <summary>The backups under a folder, the oldest first.</summary>
    public static IEnumerable<string> Generations(string under) =>
        Directory.GetDirectories(under, "????-??-??T??-??-??Z").Order(StringComparer.Ordinal);

    public static string FileOf(string folder, string database) => Path.Combine(folder, $"{database}.dump");

    public static string LedgerOf(string keysFolder) => Path.Combine(keysFolder, "erasures");

    /// <summary>Copies a ledger of erasures; one that is not there yet has nobody in it.</summary>
    public static void CopyLedger(string from, string to, string prefix = "")
    {
        Directory.CreateDirectory(to, OnlyOwner);
        if (!Directory.Exists(from))
            return;
        foreach (var file in Directory.GetFiles(from))
            File.Copy(file, Path.Combine(to, prefix + Path.GetFileName(file)), overwrite: true);
    }

    /// <summary>Whether a folder is, or is in, another.</summary>
    public static bool Contains(string outer, string inner) =>
        (inner.TrimEnd('/') + "/").StartsWith(outer.TrimEnd('/') + "/", StringComparison.Ordinal);
}
