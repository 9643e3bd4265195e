using System.Globalization;
using Hutong.EventStore.Commands;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Hutong.ServiceDefaults.Problems;

/// <summary>The conditional and idempotency headers (RFC 9110, section 13.1.1; draft-ietf-httpapi-idempotency-key-header).</summary>
public static class RequestHeaders
{
    private const int MaxIdempotencyKeyLength = 255;

    /// <summary>Reads the <c>Idempotency-Key</c>.</summary>
    /// <returns>The key, or a refusal that says what is wrong with it.</returns>
    public static Outcome<string> IdempotencyKey(this HttpRequest request) =>
        request.Headers["Idempotency-Key"] is [{ Length: > 0 and <= MaxIdempotencyKeyLength } key]
            ? key
            : new Rejection("idempotency_key_missing");

    /// <summary>Whether the caller's <c>If-Match</c>, if any, allows a change of the given version.</summary>
    /// <returns>Null to go on; otherwise the refusal (412).</returns>
    public static Rejection? CheckIfMatch(this HttpRequest request, long version)
    {
        if (request.Headers.IfMatch.Count == 0)
            return null;
        return EntityTagHeaderValue.TryParseList(request.Headers.IfMatch, out var tags)
               && tags.Any(tag => tag == EntityTagHeaderValue.Any || tag.Compare(Tag(version), useStrongComparison: true))
            ? null
            : new Rejection(Rejection.PreconditionFailedCode);
    }

    /// <summary>Whether <c>If-Match</c> names one version, and not any or several: a caller who saw it.</summary>
    public static bool NamesOneVersion(this HttpRequest request) =>
        EntityTagHeaderValue.TryParseList(request.Headers.IfMatch, out var tags) && tags is [var tag] && tag != EntityTagHeaderValue.Any;

    /// <summary>Names the answer's version in <c>ETag</c>.</summary>
    public static void SetETag(this HttpResponse response, long version) => response.Headers.ETag = Tag(version).ToString();

    private static EntityTagHeaderValue Tag(long version) => new($"\"{version.ToString(CultureInfo.InvariantCulture)}\"");
}
