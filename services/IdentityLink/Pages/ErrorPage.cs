using Hutong.EventStore.Commands;
using Hutong.ServiceDefaults.Problems;
using Microsoft.Net.Http.Headers;

namespace Hutong.IdentityLink.Pages;

/// <summary>A refusal as a person reads it, or as problem details (RFC 9457) for a caller that does not ask for a page.</summary>
internal sealed class ErrorPage(Rejection rejection, string? backTo) : IResult
{
    /// <summary>A refusal.</summary>
    /// <param name="code">Its entry in <see cref="Errors"/>.</param>
    /// <param name="backTo">Where to go on from.</param>
    public static IResult Of(string code, string? backTo = null) => new ErrorPage(new Rejection(code), backTo);

    /// <summary>A command's refusal.</summary>
    public static IResult Of(Rejection rejection, string? backTo = null) => new ErrorPage(rejection, backTo);

    public Task ExecuteAsync(HttpContext httpContext)
    {
        if (!WantsPage(httpContext.Request))
            return httpContext.RequestServices.GetRequiredService<ProblemTable>().Answer(rejection).ExecuteAsync(httpContext);
        var error = Errors.Find(rejection.Code);
        return Page.Of<ErrorView>(new()
        {
            [nameof(ErrorView.Error)] = error,
            [nameof(ErrorView.BackTo)] = backTo,
        }, error.Status).ExecuteAsync(httpContext);
    }

    private static bool WantsPage(HttpRequest request) =>
        request.GetTypedHeaders().Accept.Any(accepted => accepted.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase))
        || request.Headers[HeaderNames.Accept].ToString().Contains("application/xhtml", StringComparison.OrdinalIgnoreCase);
}
