using System.Diagnostics;
using Npgsql;

namespace Hutong.EventStore.Postgres;

/// <summary>
/// Units of work as the append function's call followed by their row writes: one pipelined batch, hence one round
/// trip and one transaction.
/// </summary>
internal sealed class CommitBatch
{
    private readonly IReadOnlyList<UnitOfWork> units;
    private readonly CommitParameters parameters;

    /// <summary>Lays the units out. Everything that can be wrong with them by themselves is found here.</summary>
    /// <param name="units">In the order in which they take effect.</param>
    /// <param name="types">The stored names of events.</param>
    /// <param name="recordedAt">The events' timestamp.</param>
    /// <param name="waitAtMost">How long to wait for any one lock before the batch fails; zero for as long as it takes.</param>
    /// <param name="traceParent">For units that bring none.</param>
    public CommitBatch(IReadOnlyList<UnitOfWork> units, EventTypes types, DateTimeOffset recordedAt, TimeSpan waitAtMost, string? traceParent)
    {
        foreach (var unit in units)
            UnitCheck.Validate(unit);
        this.units = units;
        parameters = new CommitParameters(units, types, recordedAt, (int)waitAtMost.TotalMilliseconds, traceParent);
    }

    /// <summary>Commits and answers for each unit.</summary>
    public async Task<IReadOnlyList<CommitResult>> Execute(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(parameters.Command());
        foreach (var command in RowStatements.For(units))
            batch.BatchCommands.Add(command);

        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var results = Results(
            reader.GetFieldValue<int[]>(0),
            reader.GetFieldValue<long[]>(1),
            reader.GetFieldValue<int[]>(2),
            reader.GetFieldValue<long[]>(3));
        // Read to the end: an error in a row write, or of the commit itself, arrives after the append function's answer.
        while (await reader.NextResultAsync(cancellation))
        {
        }
        return results;
    }

    private CommitResult[] Results(int[] outcome, long[] found, int[] failedAppend, long[] newVersion)
    {
        var appends = parameters.Appends;
        var results = new CommitResult[units.Count];
        var append = 0;
        for (var u = 0; u < results.Length; u++)
        {
            var first = append;
            while (append < appends.Count && appends[append].Unit == u + 1)
                append++;
            results[u] = outcome[u] switch
            {
                0 => new CommitResult.Committed(newVersion[first..append]),
                1 when appends[failedAppend[u] - 1].Append is var failed =>
                    new CommitResult.Conflict(failed.StreamId, failed.Expected, found[u]),
                2 => new CommitResult.AlreadyHandled(),
                3 => new CommitResult.OutOfOrder(found[u]),
                var other => throw new UnreachableException($"hutong_commit answered outcome {other}."),
            };
        }
        return results;
    }
}
