namespace Hutong.EventStore.Commands;

/// <summary>
/// A business refusal: a value, not an exception. The service's problem table turns the code into an HTTP answer.
/// </summary>
/// <param name="Code">Stable, lower case, such as <c>account_already_linked</c>.</param>
/// <param name="Detail">More for the caller, where the table's text is not enough. Never a personal value.</param>
public sealed record Rejection(string Code, string? Detail = null)
{
    /// <summary>Others kept changing the same streams; the caller may try again (409).</summary>
    public const string ConflictCode = "conflict";

    /// <summary>The caller's own <c>If-Match</c> names another version (412).</summary>
    public const string PreconditionFailedCode = "precondition_failed";
}

/// <summary>What a command came to: an answer, or a refusal.</summary>
/// <typeparam name="T">The answer.</typeparam>
public readonly record struct Outcome<T>
{
    private Outcome(T? value, Rejection? rejection) => (Value, Rejection) = (value, rejection);

    /// <summary>The answer; default when refused.</summary>
    public T? Value { get; }

    /// <summary>Why it was refused; null when it was not.</summary>
    public Rejection? Rejection { get; }

    /// <summary>Whether the command took effect (or had already).</summary>
    [System.Diagnostics.CodeAnalysis.MemberNotNullWhen(false, nameof(Rejection))]
    [System.Diagnostics.CodeAnalysis.MemberNotNullWhen(true, nameof(Value))]
    public bool Succeeded => Rejection is null;

    /// <summary>An answer.</summary>
    public static implicit operator Outcome<T>(T value) => new(value, null);

    /// <summary>A refusal.</summary>
    public static implicit operator Outcome<T>(Rejection rejection) => new(default, rejection);
}

/// <summary>What a handler decided after reading the streams: work to commit and the answer to give once it is durable, or a refusal.</summary>
/// <typeparam name="T">The answer.</typeparam>
/// <param name="Outcome">The answer or refusal.</param>
/// <param name="Work">What to commit first; null when nothing needs to change.</param>
public readonly record struct Decision<T>(Outcome<T> Outcome, UnitOfWork? Work = null)
{
    /// <summary>A refusal; nothing is committed.</summary>
    public static implicit operator Decision<T>(Rejection rejection) => new(rejection);
}
