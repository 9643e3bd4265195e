using System.Diagnostics;

namespace Hutong.Testing;

/// <summary>Looks into what <c>pg_dump</c> wrote.</summary>
public static class Dumps
{
    /// <summary>A dump as the SQL that it stands for.</summary>
    public static async Task<string> Text(string file)
    {
        var program = Directory.GetFiles("/usr/lib/postgresql", "pg_restore", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Last();
        using var process = Process.Start(new ProcessStartInfo(program, ["--file=-", file]) { RedirectStandardOutput = true })!;
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? text : throw new InvalidOperationException($"pg_restore ended with exit code {process.ExitCode}.");
    }
}
