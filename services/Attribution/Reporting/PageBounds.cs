using System.Globalization;

namespace Hutong.Attribution.Reporting;

/// <summary>How much of a list is read at a time, and where the next page begins.</summary>
internal static class PageBounds
{
    public const int Default = 20;
    private const int Max = 100;

    public static int Size(int? limit) => Math.Clamp(limit ?? Default, 1, Max);

    /// <summary>A place in posts by falling credit.</summary>
    public static string Cursor(PostLine last) => $"{last.CreditMinor}_{last.PostId:N}";

    /// <summary>Reads <see cref="Cursor"/>'s text; null begins at the top.</summary>
    /// <returns>False for a text that is not ours.</returns>
    public static bool TryRead(string? cursor, out (long Minor, string Target) place)
    {
        // Above every credit and every id in text.
        place = (long.MaxValue, "g");
        if (cursor is null)
            return true;
        if (cursor.Split('_') is not [var minor, var post]
            || !long.TryParse(minor, NumberStyles.None, CultureInfo.InvariantCulture, out var credit)
            || !Guid.TryParseExact(post, "N", out var id))
        {
            return false;
        }
        place = (credit, id.ToString());
        return true;
    }
}
