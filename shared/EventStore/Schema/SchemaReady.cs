using System.Reflection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hutong.EventStore;

/// <summary>Tells when the database has its schema. Everything that touches tables at start waits for it.</summary>
public sealed class SchemaReady
{
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether the schema is in place.</summary>
    public bool IsReady => ready.Task.IsCompletedSuccessfully;

    /// <summary>Waits for the schema, however long the database takes to come up.</summary>
    public Task Wait(CancellationToken cancellation) => ready.Task.WaitAsync(cancellation);

    /// <summary>The schema is in place.</summary>
    public void Set() => ready.TrySetResult();
}

/// <summary>Applies the schema at start, and keeps trying while the database is down: the process need not be restarted.</summary>
internal sealed partial class SchemaInstaller(
    NpgsqlDataSource database, SchemaReady ready, IReadOnlyList<Assembly> assemblies, ILogger<SchemaInstaller> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await SchemaScripts.Apply(database, assemblies, stoppingToken);
                ready.Set();
                return;
            }
            catch (Exception e) when (e is (NpgsqlException or TimeoutException) && !IsFault(e))
            {
                NotYet(e.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), stoppingToken);
            }
        }
    }

    /// <summary>An error in a script (SQLSTATE classes 22, 23 and 42) stays: it ends the process, with the database as it was.</summary>
    private static bool IsFault(Exception e) => e is PostgresException { SqlState: ['2', '2' or '3', ..] or ['4', '2', ..] };

    [LoggerMessage(LogLevel.Warning, "The database does not take its schema yet: {Reason}")]
    private partial void NotYet(string reason);
}
