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

    /// <inheritdoc/>
    protected override async Task Process(
        IReadOnlyList<StoredEvent> batch, Func<NpgsqlConnection, Task> advance, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (batch.Count > 0)
            await projection.Apply(batch, connection, cancellation);
        await advance(connection);
        await transaction.CommitAsync(cancellation);
    }
}
