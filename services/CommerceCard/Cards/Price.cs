using Hutong.Web;

namespace Hutong.CommerceCard.Cards;

/// <summary>A price, and how it reads.</summary>
/// <param name="Minor">Minor units of <paramref name="Currency"/>: cents, fen.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Formatted">In both languages.</param>
public sealed record Price(long Minor, string Currency, PriceText Formatted)
{
    /// <summary>A price with its texts.</summary>
    public static Price Of(long minor, string currency) => new(
        minor, currency, new PriceText(Language.Chinese.Price(minor, currency), Language.English.Price(minor, currency)));

    /// <summary>The text in a language.</summary>
    public string In(Language language) => language.Pick(Formatted.Zh, Formatted.En);
}

/// <summary>A price as text.</summary>
/// <param name="Zh">Chinese.</param>
/// <param name="En">English.</param>
public sealed record PriceText(string Zh, string En);
