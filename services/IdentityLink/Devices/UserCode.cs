using System.Security.Cryptography;
using System.Text;
using Hutong.IdentityLink.Storage;

namespace Hutong.IdentityLink.Devices;

/// <summary>What a person types from one screen into another: eight letters without vowels (RFC 8628, section 6.1).</summary>
public static class UserCode
{
    private const string Letters = "BCDFGHJKLMNPQRSTVWXZ";
    private const int Length = 8;

    /// <summary>A new code: 34 random bits.</summary>
    public static string New() => RandomNumberGenerator.GetString(Letters, Length);

    /// <summary>A code as people read it.</summary>
    public static string Shown(string code) => $"{code[..4]}-{code[4..]}";

    /// <summary>
    /// The code that somebody meant; null where it can be none. Case, gaps and signs do not matter, nor do the wide letters
    /// that Chinese keyboards write.
    /// </summary>
    public static string? Read(string? typed)
    {
        if (typed is not { Length: > 0 and <= 64 } || !typed.IsNormalizable())
            return null;
        var letters = typed.Normalize(NormalizationForm.FormKC).ToUpperInvariant().Where(char.IsLetterOrDigit).ToArray();
        return letters.Length == Length && letters.All(Letters.Contains) ? new string(letters) : null;
    }

    /// <summary>What is stored of a code.</summary>
    internal static byte[] HashOf(string code) => Secret.Hash(code);

    /// <summary>Half of a surrogate pair alone cannot be normalized.</summary>
    private static bool IsNormalizable(this string text) => text.EnumerateRunes().All(rune => rune != Rune.ReplacementChar);
}
