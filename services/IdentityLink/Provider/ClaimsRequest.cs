using System.Text.Json;

namespace Hutong.IdentityLink.Provider;

/// <summary>The parameter <c>claims</c> (OpenID Connect Core, section 5.5): claims that a client asks for one by one.</summary>
public sealed record ClaimsRequest
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 8, AllowDuplicateProperties = false };

    /// <summary>Nothing asked for.</summary>
    public static ClaimsRequest None { get; } = new();

    /// <summary>Those of <see cref="PersonClaims.Names"/> that the id token is to have.</summary>
    public IReadOnlyList<string> IdToken { get; private init; } = [];

    /// <summary>Those that userinfo is to have.</summary>
    public IReadOnlyList<string> UserInfo { get; private init; } = [];

    /// <summary>Whom the client expects, by their <c>sub</c>; null for anybody.</summary>
    public string? Subject { get; private init; }

    /// <summary>Of which the <c>acr</c> must be one; null where it may be any.</summary>
    public IReadOnlyList<string>? RequiredAcr { get; private init; }

    /// <summary>Which <c>acr</c> would be welcome.</summary>
    public IReadOnlyList<string> PreferredAcr { get; private init; } = [];

    /// <summary>Reads the parameter. Claims that we do not have are left out, as the specification wants it.</summary>
    /// <returns>What is asked for; null where the text is malformed or contradicts itself.</returns>
    public static ClaimsRequest? Parse(string? json)
    {
        if (json is null)
            return None;
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            return Read(document.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static ClaimsRequest? Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object
            || Members(root, "id_token") is not { } idToken || Members(root, "userinfo") is not { } userInfo)
            return null;
        var expected = idToken.Concat(userInfo).Where(one => one is { Name: "sub", Values: not null }).ToArray();
        var subjects = expected.SelectMany(one => one.Values!).Distinct().ToArray();
        var acr = idToken.SingleOrDefault(one => one.Name == "acr");
        // One alone, and one that can be: whoever expects a certain person must not be given another.
        return subjects.Length > 1 || expected.Any(one => one.Values!.Count == 0) ? null : new ClaimsRequest
        {
            IdToken = Known(idToken),
            UserInfo = Known(userInfo),
            Subject = subjects.SingleOrDefault(),
            RequiredAcr = acr is { IsEssential: true } ? acr.Values : null,
            PreferredAcr = acr?.Values ?? [],
        };
    }

    private static List<Asked>? Members(JsonElement root, string place)
    {
        var asked = new List<Asked>();
        if (!root.TryGetProperty(place, out var members))
            return asked;
        if (members.ValueKind != JsonValueKind.Object)
            return null;
        foreach (var member in members.EnumerateObject())
        {
            if (Asked.Of(member) is not { } one)
                return null;
            asked.Add(one);
        }
        return asked;
    }

    private static string[] Known(IEnumerable<Asked> asked) => [.. PersonClaims.Names.Where(name => asked.Any(one => one.Name == name))];

    /// <summary>One claim; the values count where they are texts.</summary>
    private sealed record Asked(string Name, bool IsEssential, IReadOnlyList<string>? Values)
    {
        public static Asked? Of(JsonProperty member)
        {
            if (member.Value.ValueKind == JsonValueKind.Null)
                return new(member.Name, IsEssential: false, Values: null);
            if (member.Value.ValueKind != JsonValueKind.Object)
                return null;
            var isEssential = member.Value.TryGetProperty("essential", out var essential);
            if (isEssential && essential.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
                return null;
            List<JsonElement> given = [];
            if (member.Value.TryGetProperty("value", out var value))
                given.Add(value);
            if (member.Value.TryGetProperty("values", out var values))
            {
                if (values.ValueKind != JsonValueKind.Array)
                    return null;
                given.AddRange(values.EnumerateArray());
            }
            return new(
                member.Name, isEssential && essential.GetBoolean(),
                given.Count == 0 ? null : [.. given.Where(one => one.ValueKind == JsonValueKind.String).Select(one => one.GetString()!)]);
        }
    }
}
