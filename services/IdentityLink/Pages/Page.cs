using Hutong.Web;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hutong.IdentityLink.Pages;

/// <summary>Renders a page with its language and security headers.</summary>
internal static class Page
{
    /// <summary>The parameter that every page takes.</summary>
    public const string LanguageParameter = "Language";

    /// <summary>The parameter with the page's own address, for the language switch.</summary>
    public const string PathParameter = "Path";

    /// <summary>A page.</summary>
    /// <param name="parameters">Its parameters, without those that every page takes.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="formTargets">Origins that a form of the page may end up at.</param>
    public static IResult Of<TPage>(
        Dictionary<string, object?> parameters, int status = StatusCodes.Status200OK, params IReadOnlyList<string> formTargets)
        where TPage : IComponent => new Rendered<TPage>(parameters, status, formTargets);

    private sealed class Rendered<TPage>(Dictionary<string, object?> parameters, int status, IReadOnlyList<string> formTargets) : IResult
        where TPage : IComponent
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.SetPageHeaders(formTargets);
            var request = httpContext.Request;
            parameters[LanguageParameter] = Language.Of(httpContext);
            // A page that answers a POST cannot be returned to; and a wish in the address would outweigh the switch.
            parameters[PathParameter] = HttpMethods.IsGet(request.Method)
                ? request.Path + QueryString.Create(request.Query.Where(parameter => parameter.Key != "ui_locales"))
                : "/account";
            return new RazorComponentResult<TPage>(parameters) { StatusCode = status }.ExecuteAsync(httpContext);
        }
    }
}
