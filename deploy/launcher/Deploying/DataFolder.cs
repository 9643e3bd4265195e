using System.Security.Cryptography;
using System.Text;

namespace Hutong.Launcher.Deploying;

/// <summary>Chooses the folder that holds a deployment's data.</summary>
internal static class DataFolder
{
    /// <summary>
    /// The folder named by <c>HUTONG_DATA</c>, else <c>.data</c> in the repository. Started by root in a place
    /// that only root may enter (a clone under <c>/root</c>), one under <c>/var/lib</c>, because PostgreSQL
    /// runs as the user postgres.
    /// </summary>
    public static string Choose(Layout layout, bool privatePostgres)
    {
        if (Environment.GetEnvironmentVariable("HUTONG_DATA") is { Length: > 0 } given)
            return Path.GetFullPath(given);
        var usual = layout.At(".data");
        if (!privatePostgres || !Environment.IsPrivilegedProcess || OthersMayEnter(layout.Root))
            return usual;
        var id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(layout.Root)))[..8];
        return $"/var/lib/hutong/{id}";
    }

    /// <summary>The ledger of erasures that is named by <c>HUTONG_LEDGER</c>; null where it lies with the other data.</summary>
    public static string? Ledger() =>
        Environment.GetEnvironmentVariable("HUTONG_LEDGER") is { Length: > 0 } given ? Path.GetFullPath(given) : null;

    private static bool OthersMayEnter(string path)
    {
        for (var folder = new DirectoryInfo(path); folder is not null; folder = folder.Parent)
            if (!folder.UnixFileMode.HasFlag(UnixFileMode.OtherExecute))
                return false;
        return true;
    }
}
