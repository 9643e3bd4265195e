using System.Text;
using Hutong.Simulators.People;

namespace Hutong.EndToEnd.Tests.Privacy;

/// <summary>Finds the demo people's personal values in bytes, in any of the forms in which they could lie there.</summary>
internal static class PersonalValues
{
    private static readonly List<Needle> Everybodys = NeedlesOf(DemoPeople.All.SelectMany(person => person.PersonalValues));

    /// <summary>What was found: which value, in which form.</summary>
    public static IEnumerable<string> In(byte[] haystack) => In(haystack, Everybodys);

    /// <summary>What was found of some values alone.</summary>
    public static IEnumerable<string> In(byte[] haystack, IReadOnlyList<Needle> needles) =>
        from needle in needles
        where haystack.AsSpan().IndexOf(needle.Bytes) >= 0
        select $"“{needle.Value}” {needle.Form}";

    /// <summary>Values in every form in which they could lie somewhere.</summary>
    public static List<Needle> NeedlesOf(IEnumerable<string> values) =>
    [
        .. from value in values.Distinct()
           from form in Forms(value)
           select new Needle(value, form.Name, form.Bytes),
    ];

    /// <inheritdoc cref="In(byte[])"/>
    public static IEnumerable<string> In(string haystack) => In(Encoding.UTF8.GetBytes(haystack));

    public static IEnumerable<(string Name, byte[] Bytes)> Forms(string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        var forms = new List<(string Name, byte[] Bytes)> { ("as it is", bytes) };
        for (var offset = 0; offset < 3; offset++)
            forms.Add(($"in base64 at offset {offset}", Encoding.ASCII.GetBytes(Base64At(bytes, offset))));
        var quoted = Uri.EscapeDataString(value);
        forms.Add(("percent-encoded", Encoding.ASCII.GetBytes(quoted)));
        forms.Add(("percent-encoded in lower case", Encoding.ASCII.GetBytes(Lowered(quoted))));
        forms.Add(("escaped as in JSON", Encoding.ASCII.GetBytes(Escaped(value, "x4"))));
        forms.Add(("escaped as in JSON, upper case", Encoding.ASCII.GetBytes(Escaped(value, "X4"))));
        forms.Add(("in UTF-16", Encoding.Unicode.GetBytes(value)));
        forms.Add(("in hexadecimal", Encoding.ASCII.GetBytes(Convert.ToHexStringLower(bytes))));
        return forms.DistinctBy(form => Convert.ToHexString(form.Bytes));
    }

    /// <summary>The characters of base64 that these bytes alone decide, wherever in a longer text they begin.</summary>
    private static string Base64At(byte[] bytes, int offset)
    {
        var text = Convert.ToBase64String([.. new byte[offset], .. bytes]).TrimEnd('=');
        var first = offset == 0 ? 0 : offset + 1;
        var whole = (offset + bytes.Length) * 8 / 6;
        return text[first..whole];
    }

    private static string Escaped(string value, string format) => string.Concat(value.Select(c =>
        c < 128 ? c.ToString() : "\\u" + ((int)c).ToString(format, System.Globalization.CultureInfo.InvariantCulture)));

    private static string Lowered(string quoted) =>
        System.Text.RegularExpressions.Regex.Replace(quoted, "%[0-9A-F]{2}", match => match.Value.ToLowerInvariant());
}

/// <summary>A value in one of its forms.</summary>
internal sealed record Needle(string Value, string Form, byte[] Bytes);
