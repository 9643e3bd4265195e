using System.Security.Cryptography;
using System.Text;

namespace Hutong.CommerceCard.Catalogue;

/// <summary>A feed as it was read.</summary>
/// <param name="Rows">The lines that are products.</param>
/// <param name="Rejected">The lines that are not.</param>
/// <param name="Hash">SHA-256 of the whole feed: the same bytes are the same request.</param>
internal sealed record Feed(IReadOnlyList<FeedRow> Rows, IReadOnlyList<RejectedLine> Rejected, byte[] Hash);

/// <summary>The body is not a feed at all.</summary>
internal sealed class FeedException(string why) : Exception(why);

/// <summary>
/// Reads a product feed: tab-separated values in UTF-8 without quoting (IANA text/tab-separated-values), attribute
/// names in the first line. Reads as it comes, a line at a time; a bad line is noted and the next one read.
/// </summary>
internal static class FeedReader
{
    private const int MaxLine = 32 * 1024;
    private const int MaxRows = 200_000;
    private static readonly string[] Required = ["id", "title", "link", "price", "availability", "quantity"];

    /// <exception cref="FeedException">Not UTF-8, no header, an attribute missing or twice, or too many lines.</exception>
    public static async Task<Feed> Read(Stream body, CancellationToken cancellation)
    {
        using var hash = SHA256.Create();
        using var hashed = new CryptoStream(body, hash, CryptoStreamMode.Read, leaveOpen: true);
        using var text = new StreamReader(hashed, new UTF8Encoding(false, throwOnInvalidBytes: true));
        var lines = new LineReader(text, MaxLine);
        try
        {
            var columns = Columns(await lines.Next(cancellation));
            var rows = new List<FeedRow>();
            var rejected = new List<RejectedLine>();
            var seen = new HashSet<string>(StringComparer.Ordinal);
            for (var number = 2; await lines.Next(cancellation) is { } line; number++)
            {
                if (number > MaxRows)
                    throw new FeedException($"A feed has at most {MaxRows} lines. Split it.");
                if (line.Length == 0)
                    continue;
                if (Check(number, line, columns, out var row) is { } code)
                    rejected.Add(new RejectedLine(number, code));
                else if (!seen.Add(row!.Id))
                    rejected.Add(new RejectedLine(number, "id_repeated"));
                else
                    rows.Add(row);
            }
            return new Feed(rows, rejected, hash.Hash!);
        }
        catch (DecoderFallbackException e)
        {
            throw new FeedException($"The feed is not UTF-8: {e.Message}");
        }
    }

    private static string? Check(int number, string line, Dictionary<string, int> columns, out FeedRow? row)
    {
        row = null;
        if (line.Length > MaxLine)
            return "line_too_long";
        if (line.Any(c => char.IsControl(c) && c != '\t'))
            return "control_character";
        var values = line.Split('\t');
        return values.Length == columns.Count
            ? FeedRowCheck.Read(number, name => columns.TryGetValue(name, out var at) ? values[at].Trim() : "", out row)
            : "wrong_number_of_values";
    }

    private static Dictionary<string, int> Columns(string? header)
    {
        // Google takes "image link" for image_link.
        var names = (header ?? "").Split('\t').Select(n => n.Trim().ToLowerInvariant().Replace(' ', '_')).ToArray();
        if (names.GroupBy(n => n).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new FeedException($"The first line names an attribute twice, or not at all: '{Shown(twice.Key)}'.");
        if (Required.FirstOrDefault(r => !names.Contains(r)) is { } missing)
            throw new FeedException($"The first line must name the attribute {missing}.");
        return names.Index().ToDictionary(n => n.Item, n => n.Index, StringComparer.Ordinal);
    }

    private static string Shown(string name) =>
        new([.. name.Where(c => !char.IsControl(c)).Take(40)]);
}

/// <summary>Lines of bounded length: what is too long is cut just past the bound, so that the caller sees that it is.</summary>
internal sealed class LineReader(TextReader text, int maxLine)
{
    private readonly char[] buffer = new char[16 * 1024];
    private readonly StringBuilder line = new();
    private int at;
    private int end;

    /// <summary>The next line without its ending (LF or CRLF); null at the end.</summary>
    public async Task<string?> Next(CancellationToken cancellation)
    {
        line.Clear();
        var any = false;
        while (true)
        {
            if (at == end)
            {
                at = 0;
                end = await text.ReadAsync(buffer, cancellation);
                if (end == 0)
                    return any ? line.ToString() : null;
            }
            any = true;
            var rest = buffer.AsSpan(at, end - at);
            var stop = rest.IndexOf('\n');
            var piece = stop < 0 ? rest : rest[..stop];
            line.Append(piece[..Math.Min(piece.Length, Math.Max(0, maxLine + 1 - line.Length))]);
            at += stop < 0 ? rest.Length : stop + 1;
            if (stop < 0)
                continue;
            if (line.Length > 0 && line[^1] == '\r')
                line.Length--;
            return line.ToString();
        }
    }
}
