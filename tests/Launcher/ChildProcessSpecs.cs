using System.Diagnostics;
using Hutong.Launcher.Processes;
using Hutong.Testing;

namespace Hutong.Launcher.Tests;

public sealed class ChildProcessSpecs : IDisposable
{
    // Not a "temp subdirectory", which only its owner may enter: PostgreSQL may run as another.
    private readonly string _folder =
        Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"hutong-tests-{Guid.NewGuid():N}")).FullName;

    [Fact]
    public async Task A_program_that_ends_before_it_is_ready_is_reported_with_its_last_words()
    {
        await using var child = await ChildProcess.Start(Shell("echo no memory left; exit 3"));

        var failure = await Should.ThrowAsync<LaunchException>(() =>
            child.WaitUntil(_ => Task.FromResult(false), TimeSpan.FromSeconds(10)));

        failure.Message.ShouldContain("the shell stopped with exit code 3 before it was ready");
        failure.Message.ShouldContain("no memory left");
    }

    [Fact]
    public async Task A_program_that_is_never_ready_is_reported_when_the_deadline_has_passed()
    {
        await using var child = await ChildProcess.Start(Shell("exec sleep 600"));

        var failure = await Should.ThrowAsync<LaunchException>(() =>
            child.WaitUntilReady(new Uri($"http://localhost:{Ports.Free(1)[0]}"), TimeSpan.FromMilliseconds(300)));

        failure.Message.ShouldContain("the shell was not ready within");
    }

    [Fact]
    public async Task A_program_that_ignores_the_request_to_end_is_killed_when_the_deadline_has_passed()
    {
        await using var child = await ChildProcess.Start(Shell("trap '' TERM; echo up; while :; do sleep 0.1; done"));
        await Eventually.True(() => child.LogTail().Contains("up", StringComparison.Ordinal));

        (await child.Stop(TimeSpan.FromMilliseconds(300))).ShouldBeFalse();

        child.HasExited.ShouldBeTrue();
    }

    [Fact]
    public async Task A_program_gets_its_environment_and_none_of_what_was_removed()
    {
        var options = Shell("echo [$GIVEN] [$HOME]") with
        {
            Environment = new Dictionary<string, string?> { ["GIVEN"] = "a value", ["HOME"] = null },
        };
        await using var child = await ChildProcess.Start(options);

        (await child.WaitForExit()).ShouldBe(0);

        child.LogTail().ShouldContain("[a value] []");
    }

    [Fact]
    public async Task A_variable_keeps_a_name_that_a_shell_could_not_use()
    {
        var options = Shell("env") with
        {
            Program = "env",
            Arguments = [],
            Environment = new Dictionary<string, string?> { ["Clients__hutong-shop__Name"] = "a value" },
        };
        await using var child = await ChildProcess.Start(options);

        (await child.WaitForExit()).ShouldBe(0);

        child.LogTail(lines: 1_000).ShouldContain("Clients__hutong-shop__Name=a value");
    }

    [Fact]
    public async Task Killing_the_launcher_leaves_none_of_its_children_behind()
    {
        var pidFile = Path.Combine(_folder, "pid");
        var launcher = typeof(LaunchException).Assembly.Location;
        var script = $"echo $$ $PPID > {pidFile}.new; mv {pidFile}.new {pidFile}; exec sleep 600";
        var start = new ProcessStartInfo("dotnet", [launcher, "with-servers", "sh", "-c", script]);
        // Killed, it cannot clear up behind itself.
        start.Environment["TMPDIR"] = _folder;
        using var process = Process.Start(start)!;
        await Eventually.True(() => File.Exists(pidFile), TimeSpan.FromSeconds(60));
        var pids = (await File.ReadAllTextAsync(pidFile)).Split().Where(word => word.Length > 0).Select(int.Parse).ToList();
        var launched = ChildrenOf(pids[1]);
        launched.Count.ShouldBeGreaterThanOrEqualTo(4, "PostgreSQL, RabbitMQ, its port mapper and the command");

        process.Kill();

        await Eventually.True(() => launched.All(HasEnded), because: "no child outlives the launcher");
    }

    [Fact]
    public void A_taken_port_is_named_with_what_to_do()
    {
        var port = Ports.Free(1)[0];
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, port);
        taken.Start();

        var failure = Should.Throw<LaunchException>(() => Ports.MustBeFree(port, "the gateway", "HUTONG_PORT"));

        failure.Message.ShouldContain($"Port {port}, wanted for the gateway, is in use");
        failure.Message.ShouldContain("HUTONG_PORT=<port>");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private ChildProcessOptions Shell(string script) => new()
    {
        Name = "the shell",
        Program = "sh",
        Arguments = ["-c", script],
        LogFile = Path.Combine(_folder, "log"),
    };

    private static List<int> ChildrenOf(int parent) =>
    [
        .. Directory.GetDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), out var pid) ? pid : 0)
            .Where(pid => pid != 0 && Stat(pid) is { } stat && stat.Parent == parent),
    ];

    private static bool HasEnded(int pid) => Stat(pid) is null or { State: "Z" };

    /// <summary>proc(5): the state is the field after the parenthesised command, the parent the one after it.</summary>
    private static (string State, int Parent)? Stat(int pid)
    {
        try
        {
            var fields = File.ReadAllText($"/proc/{pid}/stat").Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return (fields[0], int.Parse(fields[1], System.Globalization.CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return null;
        }
    }
}
