using Microsoft.Extensions.Logging;
using Npgsql;

namespace Hutong.EventStore.Reading;

/// <summary>
/// An asynchronous read model over many streams. Its writes and its checkpoint share a transaction, so each event
/// counts once; it can be dropped and rebuilt from the log at any time.
/// </summary>
public interface IProjection
{
    /// <summary>Stable name; a new name (<c>Timeline:V2</c>) is a rebuild beside the old one.</summary>
    string Name { get; }

    /// <summary>The stored event names it looks at; null for all.</summary>
    IReadOnlyCollection<string>? Types { get; }

    /// <summary>Applies events in order. All writes go through <paramref name="connection"/>, whose transaction is open.</summary>
    Task Apply(IReadOnlyList<StoredEvent> events, NpgsqlConnection connection, CancellationToken cancellation);

    /// <summary>Empties the read model before a rebuild.</summary>
    Task Clear(NpgsqlConnection connection, CancellationToken cancellation);
}

/// <summary>Keeps one projection up to date; one instance of the service at a time.</summary>
public sealed class ProjectionRunner(
    IProjection projection, NpgsqlDataSource database, IEventStore store, HighWaterMark mark, SchemaReady schema,
    ILogger<ProjectionRunner> log) : LogReader(projection.Name, database, store, mark, schema, log)
{
    private readonly NpgsqlDataSource database = database;

    /// <inheritdoc/>
    protected override IReadOnlyCollection<string>? Types => projection.Types;

    /// <summary>
    /// Empties a read model and has it built again from the whole log. Returns once it is empty; whichever instance
    /// runs the projection builds it, live as soon as it has caught up.
    /// </summary>
    public static async Task Rebuild(NpgsqlDataSource database, IProjection projection, CancellationToken cancellation = default)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await Lease.Restart(connection, projection.Name, cancellation);
        await projection.Clear(connection, cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <inheritdoc/>
    protected override async Task Process(
        IReadOnlyList<StoredEvent> batch, Func<NpgsqlConnection, Task> advance, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // The checkpoint first: it locks the lease, so that a rebuild or another owner waits for this batch as a whole.
        await advance(connection);
        if (batch.Count > 0)
            await projection.Apply(batch, connection, cancellation);
        await transaction.CommitAsync(cancellation);
    }
}
