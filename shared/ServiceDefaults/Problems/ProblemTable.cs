using System.Diagnostics;
using Hutong.EventStore.Commands;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hutong.ServiceDefaults.Problems;

/// <summary>
/// The one table that turns refusals into problem details (RFC 9457): a status, and words that tell the caller what to
/// do. Every problem has <c>code</c> and <c>traceId</c>.
/// </summary>
public sealed class ProblemTable
{
    private readonly Dictionary<string, (int Status, string Detail)> entries = new(StringComparer.Ordinal)
    {
        [Rejection.ConflictCode] = (409, "Others are changing the same thing. Read it again and repeat the request."),
        [Rejection.PreconditionFailedCode] = (412, "It has changed since the version in If-Match. Read it again and decide anew."),
        [IdempotentCommands.ReusedCode] = (422, "This Idempotency-Key came with another request before. Use a new key for a new request."),
        ["idempotency_key_missing"] = (400, "Send an Idempotency-Key header of 1 to 255 characters, a new one for each new request."),
        ["malformed_request"] = (400, "The request could not be read. Check its JSON, parameters and their types."),
        ["unauthorized"] = (401, "Sign in first, or send a valid access token."),
        ["forbidden"] = (403, "This is not yours to do."),
        ["not_found"] = (404, "There is nothing at this address."),
        ["method_not_allowed"] = (405, "This address does not take that method."),
        ["too_large"] = (413, "The request is too large."),
        ["unsupported_media_type"] = (415, "Send forms as application/x-www-form-urlencoded in UTF-8, and anything else as application/json."),
        ["too_many_requests"] = (429, "Too many requests. Wait as Retry-After says."),
        ["internal_error"] = (500, "Something failed on our side. Quote the traceId when you report it."),
        ["unavailable"] = (503, "Something we depend on is away. Try again shortly."),
    };

    /// <summary>Adds a service's own refusal.</summary>
    /// <param name="code">The rejection's code.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="detail">What the caller should do.</param>
    /// <exception cref="ArgumentException">The code has an entry.</exception>
    public ProblemTable Add(string code, int status, string detail)
    {
        entries.Add(code, (status, detail));
        return this;
    }

    /// <summary>The HTTP answer for a refusal.</summary>
    /// <exception cref="KeyNotFoundException">The code has no entry: a missing line where the service is put together.</exception>
    public ProblemHttpResult Answer(Rejection rejection)
    {
        var (status, detail) = entries[rejection.Code];
        return TypedResults.Problem(
            statusCode: status,
            detail: rejection.Detail ?? detail,
            extensions: new Dictionary<string, object?> { ["code"] = rejection.Code, ["traceId"] = Activity.Current?.TraceId.ToString() });
    }

    internal (string Code, string Detail) ForStatus(int status)
    {
        var code = status switch
        {
            400 => "malformed_request",
            401 => "unauthorized",
            403 => "forbidden",
            404 => "not_found",
            405 => "method_not_allowed",
            413 => "too_large",
            415 => "unsupported_media_type",
            429 => "too_many_requests",
            503 => "unavailable",
            < 500 => "malformed_request",
            _ => "internal_error",
        };
        return (code, entries[code].Detail);
    }
}
