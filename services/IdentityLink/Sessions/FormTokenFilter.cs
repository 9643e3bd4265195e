using Hutong.IdentityLink.Pages;

namespace Hutong.IdentityLink.Sessions;

/// <summary>Forms of ours carry the browser's token; a form from anywhere else cannot.</summary>
internal static class FormTokenFilter
{
    /// <summary>Refuses forms without the browser's token, and those with a field that is repeated or too long.</summary>
    public static void RequireFormToken(this RouteHandlerBuilder route, int longestField = 2048) => route.AddEndpointFilter(async (context, next) =>
    {
        var http = context.HttpContext;
        if (!http.Request.HasFormContentType)
            return ErrorPage.Of("malformed_request");
        IFormCollection form;
        try
        {
            form = await http.Request.ReadFormAsync(http.RequestAborted);
        }
        catch (InvalidDataException)
        {
            return ErrorPage.Of("malformed_request");
        }
        if (form.Any(field => field.Value.Count > 1 || field.Value.ToString().Length > longestField || field.Value.ToString().Any(char.IsControl)))
            return ErrorPage.Of("malformed_request");
        var browser = await Browser.BindAsync(http);
        return browser.Sent(form[Browser.FormTokenField]) ? await next(context) : ErrorPage.Of("form_expired");
    });
}
