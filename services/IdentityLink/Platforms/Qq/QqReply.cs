using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.WebUtilities;

namespace Hutong.IdentityLink.Platforms.Qq;

/// <summary>QQ's three ways to say the same: JSON, JSON inside <c>callback( … );</c>, and a form.</summary>
internal static partial class QqReply
{
    /// <summary>The app may not learn union ids.</summary>
    public const string UnionIdNotGranted = "100048";

    /// <summary>The JSON of a reply, whichever way it came.</summary>
    public static string Unwrap(string reply)
    {
        if (Callback().Match(reply) is { Success: true } call)
            return call.Groups[1].Value;
        if (reply.TrimStart().StartsWith('{') || !reply.Contains('=', StringComparison.Ordinal))
            return reply;
        return JsonSerializer.Serialize(QueryHelpers.ParseQuery(reply.Trim()).ToDictionary(field => field.Key, field => field.Value.ToString()));
    }

    /// <summary>The number of the error in a reply; null where it is none.</summary>
    public static string? ErrorOf(string reply)
    {
        try
        {
            using var body = JsonDocument.Parse(Unwrap(reply), new JsonDocumentOptions { AllowTrailingCommas = true });
            return body.RootElement.TextOf("error");
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"^\s*callback\s*\((.*)\)\s*;?\s*$", RegexOptions.Singleline)]
    private static partial Regex Callback();
}
