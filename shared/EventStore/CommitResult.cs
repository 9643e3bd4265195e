namespace Hutong.EventStore;

/// <summary>What became of one unit of work. A refused unit left nothing behind and did not touch its neighbours.</summary>
public abstract record CommitResult
{
    private CommitResult() { }

    /// <summary>The unit is durable.</summary>
    /// <param name="Versions">The new version of each stream, in the order of the unit's appends that have events.</param>
    public sealed record Committed(IReadOnlyList<long> Versions) : CommitResult;

    /// <summary>A stream was not as expected: someone else was faster.</summary>
    /// <param name="StreamId">The first stream that differed.</param>
    /// <param name="Expected">What was expected of it.</param>
    /// <param name="Found">The version found; 0 for no stream, −1 for an archived one, which takes no more events.</param>
    public sealed record Conflict(string StreamId, Expected Expected, long Found) : CommitResult
    {
        /// <inheritdoc/>
        public override string ToString() => $"{StreamId}: expected {Expected}, found version {Found}";
    }

    /// <summary>A uniqueness claim among the unit's rows is taken. Found last, so it leaves a gap in the log's positions.</summary>
    /// <param name="Constraint">The violated constraint's name.</param>
    public sealed record ClaimTaken(string Constraint) : CommitResult;

    /// <summary>
    /// What a row of the unit refers to is not there, or not any more: somebody's words without their key. Found last, as
    /// <see cref="ClaimTaken"/>.
    /// </summary>
    /// <param name="Constraint">The violated constraint's name.</param>
    public sealed record ReferenceGone(string Constraint) : CommitResult;

    /// <summary>The inbox already holds this message for this consumer: its effect is in place.</summary>
    public sealed record AlreadyHandled : CommitResult;

    /// <summary>The message is not the next of its order key: an earlier one is missing.</summary>
    /// <param name="Applied">The version last applied for the key; 0 for none.</param>
    public sealed record OutOfOrder(long Applied) : CommitResult;
}
