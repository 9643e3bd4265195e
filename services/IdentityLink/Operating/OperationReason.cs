using Hutong.IdentityLink.Pages;

namespace Hutong.IdentityLink.Operating;

/// <summary>The body of an operator's request. What it asks for is in there too: addresses end up in logs.</summary>
public interface IOperation
{
    /// <summary>Why, see <see cref="OperationReason"/>.</summary>
    string? Reason { get; }
}

/// <summary>Why an operator does something. The person concerned reads it, and it may name them: it is kept sealed.</summary>
public sealed class OperationReason
{
    /// <summary>There is none, or it is too short, too long or not to be seen.</summary>
    public const string Missing = "reason_missing";

    private const int Shortest = 10;
    private const int Longest = 500;

    private OperationReason(string text) => Text = text;

    /// <summary>The reason in one line.</summary>
    public string Text { get; }

    /// <summary>The reason that was given; null where it is none.</summary>
    public static OperationReason? Find(string? given) =>
        given is { Length: <= Longest } && ShownText.Of(given.ReplaceLineEndings(" ")) is { Length: >= Shortest } text ? new(text) : null;

    /// <summary>The reason of an operation that was let in.</summary>
    /// <exception cref="InvalidOperationException">It has none: the endpoint is none of <see cref="OperationEndpoints.MapOperations"/>.</exception>
    public static OperationReason Of(IOperation operation) =>
        Find(operation.Reason) ?? throw new InvalidOperationException("An operation came in without a reason.");
}
