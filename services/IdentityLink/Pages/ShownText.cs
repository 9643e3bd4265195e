using System.Globalization;
using System.Text;

namespace Hutong.IdentityLink.Pages;

/// <summary>Text by others, fit to stand in a line of a page.</summary>
internal static class ShownText
{
    /// <summary>
    /// Without what only steers the text around it: it must not turn the line it stands in. Joiners stay, because
    /// scripts and emoji are written with them.
    /// </summary>
    public static string Of(string text) => string.Concat(text.EnumerateRunes().Where(IsShown)).Trim();

    private static bool IsShown(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => false,
        UnicodeCategory.Format => rune.Value is 0x200C or 0x200D,
        _ => rune != Rune.ReplacementChar,
    };
}
