using Hutong.Simulators.People;

namespace Hutong.Simulators.Platforms;

/// <summary>A refusal in a platform's own words: the parameters of an error answer, in the order it sends them.</summary>
public sealed class Refusal : List<KeyValuePair<string, string?>>
{
    public void Add(string name, string value) => Add(new(name, value));

    public string? this[string name] => Find(parameter => parameter.Key == name).Value;
}

/// <summary>How one platform's authorize page differs from another's.</summary>
public sealed record AuthorizeDialect(
    string Title,
    string Accent,
    Func<Person, string?> AccountName,
    string? DefaultResponseType,
    Refusal UnknownClient,
    Refusal RedirectMismatch,
    Refusal UnsupportedResponseType,
    Refusal Denied)
{
    /// <summary>The parameter that names the app.</summary>
    public string ClientParameter { get; init; } = "client_id";

    /// <summary>Goes with every answer as <c>iss</c> (RFC 9207), where the platform names itself.</summary>
    public string? Issuer { get; init; }

    /// <summary>
    /// Whether the platform tells, with a token, for which app it was made. Where it does not, the answer to a code of
    /// another app is a refusal.
    /// </summary>
    public bool TellsAudience { get; init; }
}
