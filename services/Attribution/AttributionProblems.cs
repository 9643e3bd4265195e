using Hutong.ServiceDefaults.Problems;

namespace Hutong.Attribution;

/// <summary>Why Attribution refuses, and what the caller should do.</summary>
internal static class AttributionProblems
{
    public const string OrderUnknown = "order_unknown";
    public const string StatementUnknown = "statement_unknown";
    public const string PostUnknown = "post_unknown";
    public const string ModelUnknown = "model_unknown";
    public const string InvalidCursor = "invalid_cursor";

    public static void Add(ProblemTable problems) => problems
        .Add(OrderUnknown, 404, "No such order was confirmed, or it has not been heard of yet. Try again shortly.")
        .Add(StatementUnknown, 404, "The order's credit has no statement of this number. Leave it out for the latest.")
        .Add(PostUnknown, 404, "There is no such post, or it has not been heard of yet. Try again shortly.")
        .Add(ModelUnknown, 400, "The model is last_touch or linear.")
        .Add(InvalidCursor, 400, "The cursor is not one of ours. Start again without it.");
}
