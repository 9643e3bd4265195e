using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;

namespace Hutong.Launcher.Processes;

/// <summary>
/// A program we started: in a session of its own, so that Ctrl-C in the terminal reaches us alone and we
/// stop our children in order; and bound to our life, so that even <c>kill -9</c> of us leaves none behind.
/// </summary>
public sealed class ChildProcess : IAsyncDisposable
{
    // The shell opens the log before setpriv gives up our rights; setpriv comes last because a change of
    // user clears the parent-death signal. Each step replaces the one before: the process keeps its id.
    private const string Logged = """log=$1; shift; exec "$@" >>"$log" 2>&1 </dev/null""";
    private const string OnOurOutput = """shift; exec "$@" </dev/null""";

    // A logged exception is one line of thousands of characters; its beginning says what it is about.
    private const int LongestLine = 500;

    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(3) };

    private readonly Process _process;
    private readonly ChildProcessOptions _options;

    private ChildProcess(Process process, ChildProcessOptions options) => (_process, _options) = (process, options);

    /// <summary>The name used in messages.</summary>
    public string Name => _options.Name;

    /// <summary>The process id of the program itself.</summary>
    public int Id => _process.Id;

    /// <summary>Whether the program has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Starts the program; it need not be ready yet.</summary>
    /// <exception cref="LaunchException">The program cannot be started at all.</exception>
    public static async Task<ChildProcess> Start(ChildProcessOptions options)
    {
        if (options.LogFile is { } log)
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(log))!);
        // Not sh: dash drops variables whose names a shell could not use, and configuration keys have hyphens.
        var info = new ProcessStartInfo("/bin/bash")
        {
            UseShellExecute = false,
            WorkingDirectory = options.WorkingFolder ?? "",
        };
        foreach (var argument in Wrapping(options))
            info.ArgumentList.Add(argument);
        if (options.User is { } user)
            foreach (var argument in (string[])["--reuid", user, "--regid", user, "--init-groups"])
                info.ArgumentList.Add(argument);
        foreach (var argument in (string[])["--pdeathsig", "KILL", "--", options.Program, .. options.Arguments])
            info.ArgumentList.Add(argument);
        foreach (var (name, value) in options.Environment)
            info.Environment[name] = value;
        try
        {
            return new ChildProcess(await Spawner.Start(info), options);
        }
        catch (Win32Exception e)
        {
            throw new LaunchException($"{options.Name} cannot be started: {e.Message} ({options.Program}).", e);
        }
    }

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="LaunchException">It ended with another exit code than 0; the message has its last lines.</exception>
    public static async Task Run(ChildProcessOptions options, CancellationToken cancellation = default)
    {
        await using var child = await Start(options);
        var code = await child.WaitForExit(cancellation);
        if (code != 0)
            throw new LaunchException($"{options.Name} failed with exit code {code}. {child.LogTail()}");
    }

    /// <summary>Waits until an address answers with a success status.</summary>
    /// <exception cref="LaunchException">The program ended first, or the deadline passed.</exception>
    public Task WaitUntilReady(Uri address, TimeSpan deadline, CancellationToken cancellation = default) =>
        WaitUntil(token => Answers(address, token), deadline, cancellation);

    /// <summary>Waits until a check of the caller's answers true.</summary>
    /// <exception cref="LaunchException">The program ended first, or the deadline passed.</exception>
    public async Task WaitUntil(
        Func<CancellationToken, Task<bool>> ready, TimeSpan deadline, CancellationToken cancellation = default)
    {
        var waited = Stopwatch.StartNew();
        while (!await ready(cancellation))
        {
            if (_process.HasExited)
                throw new LaunchException(
                    $"{Name} stopped with exit code {_process.ExitCode} before it was ready. {LogTail()}");
            if (waited.Elapsed > deadline)
                throw new LaunchException($"{Name} was not ready within {deadline.TotalSeconds:0} s. {LogTail()}");
            await Task.Delay(PollInterval, cancellation);
        }
    }

    /// <summary>Waits for the program's end and answers its exit code.</summary>
    public async Task<int> WaitForExit(CancellationToken cancellation = default)
    {
        await _process.WaitForExitAsync(cancellation);
        return _process.ExitCode;
    }

    /// <summary>Asks the program to end, and ends it by force (SIGKILL) when the deadline passes.</summary>
    /// <returns>True when it ended by itself.</returns>
    public async Task<bool> Stop(TimeSpan? deadline = null)
    {
        if (_process.HasExited)
            return true;
        _ = SendSignal(_process.Id, (int)_options.StopSignal);
        using var timeout = new CancellationTokenSource(deadline ?? StopDeadline);
        try
        {
            await _process.WaitForExitAsync(timeout.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            await Kill();
            return false;
        }
    }

    /// <summary>Ends the program and its children at once, as <c>kill -9</c> does.</summary>
    public async Task Kill()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    /// <summary>The end of the program's output, for a message to a person.</summary>
    public string LogTail(int lines = 15)
    {
        if (_options.LogFile is not { } log)
            return "Its output is above.";
        var tail = File.Exists(log) ? File.ReadLines(log).TakeLast(lines).ToArray() : [];
        return tail.Length == 0
            ? $"It wrote nothing to {log}."
            : $"The end of {log}:{Environment.NewLine}" +
              string.Join(Environment.NewLine, tail.Select(line => "    " + (line.Length <= LongestLine ? line : line[..LongestLine] + "…")));
    }

    /// <summary>Stops the program.</summary>
    public async ValueTask DisposeAsync()
    {
        await Stop();
        _process.Dispose();
    }

    private static string[] Wrapping(ChildProcessOptions options) =>
        ["-c", options.LogFile is null ? OnOurOutput : Logged, "bash", options.LogFile ?? "", "setsid", "setpriv"];

    private static async Task<bool> Answers(Uri address, CancellationToken cancellation)
    {
        try
        {
            using var response = await Http.GetAsync(address, cancellation);
            return response.StatusCode is >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException
            && !cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int processId, int signal);
}
