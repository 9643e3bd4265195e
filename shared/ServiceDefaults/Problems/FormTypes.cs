using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Hutong.ServiceDefaults.Problems;

/// <summary>
/// The one type of form that is taken: URL-encoded, in UTF-8. No page of ours sends another, and reading a multipart body
/// or a legacy encoding fails in ways that would look like ours.
/// </summary>
internal static class FormTypes
{
    private const string UrlEncoded = "application/x-www-form-urlencoded";

    public static void UseFormTypes(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (!context.Request.HasFormContentType || IsTaken(context.Request.ContentType))
            return next(context);
        context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
        return Task.CompletedTask;
    });

    private static bool IsTaken(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && type.MediaType.Equals(UrlEncoded, StringComparison.OrdinalIgnoreCase)
        && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals(Encoding.UTF8.WebName, StringComparison.OrdinalIgnoreCase));
}
