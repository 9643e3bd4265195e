using Hutong.EventStore;
using Hutong.EventStore.Reading;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Storage;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Hutong.IdentityLink.Registration;

/// <summary>
/// Keeps <see cref="Clients"/> what the registered clients are: of all instances' changes it reads the rows that changed, as
/// soon as the log moves and each second at the latest, and its own at once. Nobody who asks for a client causes a read,
/// whatever id they make up.
/// </summary>
public sealed partial class RegisteredClients(
    NpgsqlDataSource database, HighWaterMark mark, SchemaReady schema, Clients clients, TimeProvider time, ILogger<RegisteredClients> log)
    : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan AtLatest = TimeSpan.FromSeconds(1);

    /// <summary>A busy log moves all the time; one look at an index each moment is enough.</summary>
    private static readonly TimeSpan AtSoonest = TimeSpan.FromMilliseconds(100);

    private const string ChangedSql = $"select {ClientRow.Columns} from registered_client where position > $1";

    private readonly SemaphoreSlim oneAtATime = new(1, 1);
    private readonly Dictionary<string, long> versions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, KnownClient> known = new(StringComparer.Ordinal);
    private long seen;
    private volatile bool isLoaded;

    /// <summary>Takes over what changed: to be awaited after a change of one's own.</summary>
    public async Task Refresh(CancellationToken cancellation)
    {
        await oneAtATime.WaitAsync(cancellation);
        try
        {
            // At or below the mark nothing appears later; rows beyond it are read again until it has passed them. A mark that
            // went back tells of a server that crashed, whose numbers may be drawn again: everything is read again.
            var upTo = mark.Current;
            if (upTo < seen)
                seen = 0;
            var changed = (await database.Many(ChangedSql, ClientRow.Read, cancellation, seen))
                .Where(row => versions.GetValueOrDefault(row.ClientId) != row.Version).ToList();
            foreach (var row in changed)
                (versions[row.ClientId], known[row.ClientId]) = (row.Version, row.Known());
            if (changed.Count > 0)
                clients.Replace([.. known.Values]);
            seen = Math.Max(seen, upTo);
            isLoaded = true;
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    /// <summary>Until it has read them once, an instance knows no registered client and must not be asked.</summary>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(isLoaded ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The registered clients are not read yet."));

    /// <inheritdoc/>
    public override void Dispose()
    {
        oneAtATime.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.Wait(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Refresh(stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                NotRead(e);
            }
            await Task.Delay(AtSoonest, time, stoppingToken);
            using var moved = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            await Task.WhenAny(mark.WaitBeyond(seen, moved.Token), Task.Delay(AtLatest, time, moved.Token));
            await moved.CancelAsync();
        }
    }

    [LoggerMessage(LogLevel.Warning, "The registered clients could not be read; trying again in a second")]
    private partial void NotRead(Exception exception);
}
