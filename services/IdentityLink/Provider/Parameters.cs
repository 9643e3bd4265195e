using Microsoft.Extensions.Primitives;

namespace Hutong.IdentityLink.Provider;

/// <summary>
/// The parameters of a protocol request. Unknown ones are ignored, empty ones count as absent, and none may be there
/// twice (RFC 6749, sections 3.1 and 3.2).
/// </summary>
public sealed class Parameters
{
    private const int MaxLength = 2048;
    private const int MaxTokenLength = 8192;

    private static readonly string[] Tokens = ["id_token_hint", "subject_token", "client_assertion", "request"];

    /// <summary>Servers take request lines of 8 KiB.</summary>
    private const int LongestAddress = 7 * 1024;

    /// <summary>No parameters.</summary>
    public static Parameters None { get; } = new([]);

    private readonly Dictionary<string, StringValues> values;

    private Parameters(IEnumerable<KeyValuePair<string, StringValues>> values) =>
        this.values = values.ToDictionary(v => v.Key, v => v.Value, StringComparer.Ordinal);

    /// <summary>A parameter's value; null where it is absent or unfit to be used.</summary>
    public string? this[string name] =>
        values.TryGetValue(name, out var value) && Fault(name, value) is null && value.ToString() is { Length: > 0 } one ? one : null;

    /// <summary>What is wrong with the first unfit parameter; null where all are fit.</summary>
    public string? FirstFault => values.Select(v => Fault(v.Key, v.Value)).FirstOrDefault(fault => fault is not null);

    /// <summary>Whether this very parameter is there but unfit to be used.</summary>
    public bool IsFaulty(string name) => values.TryGetValue(name, out var value) && Fault(name, value) is not null;

    /// <summary>
    /// A request that came as a form, as GET to the same endpoint: browsers send our cookie with that, and not with a
    /// form of another site (<c>SameSite=Lax</c>). Null where it is too long for an address.
    /// </summary>
    public string? AsAddress(string path) =>
        $"{path}{QueryString.Create(values)}" is { Length: <= LongestAddress } address ? address : null;

    /// <summary>The parameters of a request's query.</summary>
    public static Parameters OfQuery(HttpRequest request) => new(request.Query);

    /// <summary>The parameters of a request's form; null where the body is none.</summary>
    public static async Task<Parameters?> OfForm(HttpRequest request, CancellationToken cancellation)
    {
        if (!request.HasFormContentType)
            return null;
        try
        {
            return new Parameters(await request.ReadFormAsync(cancellation));
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static string? Fault(string name, StringValues value) => value switch
    {
        { Count: > 1 } => $"{Shown(name)} is there more than once",
        [{ } one] when one.Length > (Tokens.Contains(name) ? MaxTokenLength : MaxLength) => $"{Shown(name)} is too long",
        [{ } one] when one.Any(char.IsControl) => $"{Shown(name)} has a control character",
        _ => null,
    };

    /// <summary>A name fit for an error description (RFC 6749, section 5.2: no quotes, backslashes or other scripts).</summary>
    private static string Shown(string name) =>
        name.Length <= 40 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.') ? name : "a parameter";
}
