using System.Security.Cryptography;

namespace Hutong.Launcher.Processes;

/// <summary>Files only their owner may read (mode 600): secrets, and configuration that holds some.</summary>
internal static class PrivateFile
{
    public static void Write(string path, string content)
    {
        using var stream = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        using var writer = new StreamWriter(stream);
        writer.Write(content);
    }

    /// <summary>The secret kept in a file; drawn and written when there is none yet.</summary>
    public static string Secret(string path) =>
        Kept(path, () => RandomNumberGenerator.GetHexString(32, lowercase: true));

    /// <summary>What is kept in a file; made and written when there is none yet.</summary>
    public static string Kept(string path, Func<string> make)
    {
        if (!File.Exists(path))
            Write(path, make());
        return File.ReadAllText(path);
    }
}
