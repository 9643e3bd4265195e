using Hutong.Launcher.Processes;
using Npgsql;

namespace Hutong.Launcher.PrivateServers;

/// <summary>PostgreSQL's own programs, from Debian's package: those of the newest version that is installed.</summary>
internal static class PostgresPrograms
{
    private const string Debian = "/usr/lib/postgresql";

    /// <summary>The path of a program.</summary>
    /// <exception cref="LaunchException">It is not installed.</exception>
    public static string Find(string name)
    {
        var installed = Directory.Exists(Debian) ? Directory.GetDirectories(Debian) : [];
        return installed
            .Select(folder => (
                Version: int.TryParse(Path.GetFileName(folder), out var version) ? version : 0,
                Path: Path.Combine(folder, "bin", name)))
            .Where(candidate => File.Exists(candidate.Path))
            .OrderByDescending(candidate => candidate.Version)
            .Select(candidate => candidate.Path)
            .FirstOrDefault()
            ?? throw new LaunchException($"PostgreSQL's {name} is not under {Debian}: run 'apt-get install postgresql' as root.");
    }

    /// <summary>Runs a client program on a database, to its end.</summary>
    /// <exception cref="LaunchException">It failed; the message has its last lines.</exception>
    public static async Task Run(string name, string connectionString, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var connection = new NpgsqlConnectionStringBuilder(connectionString);
        var log = Path.GetTempFileName();
        try
        {
            await ChildProcess.Run(new ChildProcessOptions
            {
                Name = name,
                Program = Find(name),
                Arguments =
                [
                    "--host", connection.Host!, "--port", $"{connection.Port}", "--username", connection.Username!,
                    "--dbname", connection.Database!, "--no-password", .. arguments,
                ],
                // Not an argument, which everybody on the machine could read.
                Environment = new Dictionary<string, string?> { ["PGPASSWORD"] = connection.Password },
                LogFile = log,
            }, cancellation);
        }
        finally
        {
            File.Delete(log);
        }
    }
}
