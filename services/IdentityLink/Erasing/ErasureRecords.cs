using Hutong.EventStore;
using Hutong.EventStore.PersonalData.Erasures;
using Hutong.EventStore.Reading;
using Hutong.IdentityLink.Persons;
using Npgsql;

namespace Hutong.IdentityLink.Erasing;

/// <summary>
/// Records erasures in the ledger apart from the database (<c>Erasing:Ledger</c>, a folder), at once. What a crash or a
/// failing disk keeps from being recorded, <see cref="RecordingErasures"/> makes up for.
/// </summary>
public sealed partial class ErasureRecords(IEnumerable<ErasureLedger> ledgers, TimeProvider time, ILogger<ErasureRecords> log)
{
    /// <summary>Records persons who were erased just now.</summary>
    public async Task Add(IReadOnlyList<Guid> persons, CancellationToken cancellation)
    {
        if (!ledgers.Any())
            NotApart();
        try
        {
            foreach (var ledger in ledgers)
                await ledger.Record(persons.Select(person => new Erasure(person, time.GetUtcNow())), cancellation);
        }
        catch (IOException e)
        {
            NotYet(e);
        }
    }

    [LoggerMessage(LogLevel.Warning, "An erasure is recorded in the database alone: without Erasing:Ledger a restore does not know of it")]
    private partial void NotApart();

    [LoggerMessage(LogLevel.Error, "An erasure could not be recorded in the ledger yet")]
    private partial void NotYet(Exception exception);
}

/// <summary>Sees to it that every erasure in the log is in the ledger.</summary>
internal sealed class RecordingErasures(
    ErasureLedger ledger, NpgsqlDataSource database, IEventStore store, HighWaterMark mark, SchemaReady schema, ILogger<RecordingErasures> log)
    : LogReader("ErasureLedger", database, store, mark, schema, log)
{
    private readonly NpgsqlDataSource database = database;

    protected override IReadOnlyCollection<string> Types { get; } = [.. StoredEvents.Types.NamesOf(typeof(PersonErased))];

    protected override async Task Process(
        IReadOnlyList<StoredEvent> batch, Func<NpgsqlConnection, Task> advance, CancellationToken cancellation)
    {
        if (batch.Count > 0)
            await ledger.Record(batch.Select(e => new Erasure(((PersonErased)e.Data).PersonId, e.Timestamp)), cancellation);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await advance(connection);
        await transaction.CommitAsync(cancellation);
    }
}
