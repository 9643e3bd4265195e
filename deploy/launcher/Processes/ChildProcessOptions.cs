namespace Hutong.Launcher.Processes;

/// <summary>What to run, as whom, with which environment, and where its output goes.</summary>
public sealed record ChildProcessOptions
{
    /// <summary>The name used in messages to a person: "identity-link", "PostgreSQL".</summary>
    public required string Name { get; init; }

    /// <summary>The program: a path, or a name found on PATH.</summary>
    public required string Program { get; init; }

    /// <summary>The program's arguments, each passed as it is.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Added to our own environment; a null value removes the variable.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>The child's working folder; ours when null.</summary>
    public string? WorkingFolder { get; init; }

    /// <summary>The file that standard output and standard error are appended to; null: where ours go.</summary>
    public string? LogFile { get; init; }

    /// <summary>The system user to run as; needs root. Null runs as ourselves.</summary>
    public string? User { get; init; }

    /// <summary>The signal that asks the process to end gracefully.</summary>
    public StopSignal StopSignal { get; init; } = StopSignal.Terminate;
}

/// <summary>How a process wants to be asked to end; the values are Linux's signal numbers.</summary>
public enum StopSignal
{
    /// <summary>SIGINT: PostgreSQL's fast shutdown.</summary>
    Interrupt = 2,

    /// <summary>SIGTERM, which most programs take as the request to end.</summary>
    Terminate = 15,
}
