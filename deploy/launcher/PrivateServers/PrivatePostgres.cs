using System.Security.Cryptography;
using Hutong.Launcher.Processes;
using Npgsql;

namespace Hutong.Launcher.PrivateServers;

/// <summary>
/// A PostgreSQL cluster of our own, run from Debian's package as a child process. PostgreSQL refuses to
/// run as root, so that root runs it as the system user <c>postgres</c>.
/// </summary>
public sealed class PrivatePostgres : IAsyncDisposable
{
    private const string Superuser = "postgres";
    private const string SystemUser = "postgres";
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(30);

    private readonly PrivatePostgresOptions _options;
    private ChildProcess? _process;

    private PrivatePostgres(PrivatePostgresOptions options, string password)
    {
        _options = options;
        Server = ServerAt(options.Port, password);
    }

    /// <summary>The server, as its administrator.</summary>
    public PostgresServer Server { get; }

    /// <summary>The server of a cluster that somebody else may have started; null where no cluster was made.</summary>
    public static PostgresServer? ServerOf(string folder, int port)
    {
        var passwordFile = Path.Combine(folder, "password");
        return File.Exists(passwordFile) ? ServerAt(port, File.ReadAllText(passwordFile)) : null;
    }

    private static PostgresServer ServerAt(int port, string password) => new(new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = port,
        Database = "postgres",
        Username = Superuser,
        Password = password,
    }.ConnectionString);

    private string Cluster => Path.Combine(_options.Folder, "cluster");
    private string PasswordFile => Path.Combine(_options.Folder, "password");
    private string LogFile => Path.Combine(_options.Folder, "server.log");
    private static string? RunAs => Environment.IsPrivilegedProcess ? SystemUser : null;

    /// <summary>Starts a cluster and waits until it answers; the first start creates it.</summary>
    /// <exception cref="LaunchException">PostgreSQL is not installed, or did not start.</exception>
    public static async Task<PrivatePostgres> Start(
        PrivatePostgresOptions options, CancellationToken cancellation = default)
    {
        options = options with { Folder = Path.GetFullPath(options.Folder) };
        var passwordFile = Path.Combine(options.Folder, "password");
        var password = File.Exists(passwordFile)
            ? await File.ReadAllTextAsync(passwordFile, cancellation)
            : RandomNumberGenerator.GetHexString(32, lowercase: true);
        var postgres = new PrivatePostgres(options, password);
        if (!File.Exists(Path.Combine(postgres.Cluster, "PG_VERSION")))
            await postgres.Create(password, cancellation);
        await postgres.Start(cancellation);
        return postgres;
    }

    /// <summary>Starts a cluster that was stopped or killed again.</summary>
    public async Task Start(CancellationToken cancellation = default)
    {
        _process = await ChildProcess.Start(new ChildProcessOptions
        {
            Name = "PostgreSQL",
            Program = PostgresPrograms.Find("postgres"),
            Arguments = ["-D", Cluster, .. Settings()],
            WorkingFolder = _options.Folder,
            LogFile = LogFile,
            User = RunAs,
            StopSignal = StopSignal.Interrupt,
        });
        try
        {
            await _process.WaitUntil(Server.Answers, StartDeadline, cancellation);
        }
        catch
        {
            await _process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the whole server at once, as a crash does; the data recovers at the next start.</summary>
    public Task Kill() => _process?.Kill() ?? Task.CompletedTask;

    /// <summary>Stops the server; open connections are cut, what was committed stays.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
    }

    private async Task Create(string password, CancellationToken cancellation)
    {
        var initdb = PostgresPrograms.Find("initdb");
        Directory.CreateDirectory(_options.Folder);
        // A folder without PG_VERSION is a creation that was cut short: nothing of value is in it.
        if (Directory.Exists(Cluster))
            Directory.Delete(Cluster, recursive: true);
        PrivateFile.Write(PasswordFile, password);
        if (RunAs is { } user)
            await Run("chown", "chown", ["--recursive", $"{user}:", _options.Folder], asUser: null, cancellation);
        await Run("initdb", initdb,
        [
            "--pgdata", Cluster, "--username", Superuser, "--pwfile", PasswordFile,
            "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8",
            .. _options.Durable ? (string[])[] : ["--no-sync"],
        ], RunAs, cancellation);
    }

    private Task Run(string name, string program, string[] arguments, string? asUser, CancellationToken cancellation) =>
        ChildProcess.Run(new ChildProcessOptions
        {
            Name = name,
            Program = program,
            Arguments = arguments,
            WorkingFolder = _options.Folder,
            LogFile = LogFile,
            User = asUser,
        }, cancellation);

    private string[] Settings()
    {
        Dictionary<string, string> settings = new()
        {
            ["port"] = $"{_options.Port}",
            ["listen_addresses"] = "127.0.0.1",
            ["unix_socket_directories"] = "",
            ["max_connections"] = $"{_options.MaxConnections}",
            // A forgotten open transaction would hold up every reader of the log behind it.
            ["idle_in_transaction_session_timeout"] = "5min",
            ["log_line_prefix"] = "%m [%p] %d ",
        };
        if (!_options.Durable)
            foreach (var name in (string[])["fsync", "synchronous_commit", "full_page_writes"])
                settings[name] = "off";
        return [.. settings.SelectMany(setting => (string[])["-c", $"{setting.Key}={setting.Value}"])];
    }
}
