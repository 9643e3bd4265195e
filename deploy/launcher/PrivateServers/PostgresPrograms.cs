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
                Environment = SettingsOf(connection),
                LogFile = log,
            }, cancellation);
        }
        finally
        {
            File.Delete(log);
        }
    }

    /// <summary>What is no argument: a password, which everybody on the machine could read there, and how to use TLS.</summary>
    private static Dictionary<string, string?> SettingsOf(NpgsqlConnectionStringBuilder connection)
    {
        var settings = new Dictionary<string, string?> { ["PGPASSWORD"] = connection.Password };
        // The default is the same on both sides, and leaves our own environment its say.
        if (connection.SslMode != SslMode.Prefer)
            settings["PGSSLMODE"] = connection.SslMode switch
            {
                SslMode.VerifyCA => "verify-ca",
                SslMode.VerifyFull => "verify-full",
                var mode => mode.ToString().ToLowerInvariant(),
            };
        foreach (var (name, value) in ((string, string?)[])[
            ("PGSSLROOTCERT", connection.RootCertificate), ("PGSSLCERT", connection.SslCertificate), ("PGSSLKEY", connection.SslKey)])
        {
            if (value is { Length: > 0 })
                settings[name] = value;
        }
        return settings;
    }
}
