using Hutong.EventStore.Commands;
using Hutong.ServiceDefaults.Problems;
using Hutong.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hutong.Gateway.Pages;

/// <summary>The gateway's refusals: a page for a person, problem details (RFC 9457) for a program.</summary>
internal static class Refusals
{
    /// <summary>The gateway's own codes.</summary>
    public static void Codes(ProblemTable problems) => problems
        .Add("unknown_host", 421, "Nothing is served under this host name. Check the address.")
        .Add("invalid_token", 401, "The access token does not hold. Obtain a new one and send it as Authorization: Bearer.")
        .Add("cross_site_request", 403, "A change with a session must come from the site's own pages. Send the site's Origin header.")
        .Add("state_invalid", 400, "This sign-in was not begun in this browser, is used up or took too long. Begin again at /signin.")
        .Add("issuer_mismatch", 400, "The answer to the sign-in is not from our provider. Begin again at /signin.")
        .Add("sign_in_declined", 403, "The sign-in was declined. Begin again at /signin when you want to sign in.")
        .Add("code_refused", 400, "The provider did not accept the authorization code. Begin again at /signin.")
        .Add("id_token_invalid", 502, "The provider's id token could not be verified. Begin again at /signin, and report it if it stays.")
        .Add("session_over", 401, "You have signed out meanwhile. Begin again at /signin.");

    /// <summary>Refuses a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="code">One of the table's codes.</param>
    public static Task Refuse(this HttpContext context, string code) =>
        context.RequestServices.GetRequiredService<ProblemTable>().Answer(new Rejection(code)).ExecuteAsync(context);

    /// <summary>Refuses a request that a person made by following a link: with a page, if that is what they take.</summary>
    public static IResult RefuseWithPage(this HttpContext context, string code)
    {
        var problem = context.RequestServices.GetRequiredService<ProblemTable>().Answer(new Rejection(code));
        if (!context.Request.TakesHtml())
            return problem;
        context.Response.SetPageHeaders();
        return new RazorComponentResult<RefusalPage>(new Dictionary<string, object?>
        {
            [nameof(RefusalPage.Language)] = Language.Of(context),
            [nameof(RefusalPage.Code)] = code,
        })
        {
            StatusCode = problem.StatusCode,
        };
    }
}
