using Hutong.Simulators.Pages;
using Hutong.Simulators.People;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;

namespace Hutong.Simulators.Platforms;

/// <summary>
/// The page on which a visitor picks a demo person and agrees or refuses. It is a plain form that posts
/// <c>person</c> and <c>decision</c> (<c>authorize</c> or <c>deny</c>) to the address it was read from.
/// </summary>
internal sealed class AuthorizeEndpoint(
    AuthorizeDialect dialect, PlatformOptions options, AuthorizationCodes codes, Misbehaviour misbehaviour)
{
    public void Map(IEndpointRouteBuilder routes, string path)
    {
        routes.MapGet(path, (HttpContext context) => Refused(context) ?? Page(context, chooseSomeone: false)).WithMetadata(ForBrowsers.Mark);
        routes.MapPost(path, async (HttpContext context) => Refused(context) ?? await Decide(context)).WithMetadata(ForBrowsers.Mark);
    }

    private async Task<IResult> Decide(HttpContext context)
    {
        var form = context.Request.HasFormContentType
            ? await context.Request.ReadFormAsync(context.RequestAborted)
            : FormCollection.Empty;
        if (form["decision"] == "deny")
            return SendBack(context.Request.Query, dialect.Denied);
        if (form["decision"] != "authorize"
            || DemoPeople.Find(form["person"]) is not { } person || dialect.AccountName(person) is null)
            return Page(context, chooseSomeone: true);

        var query = context.Request.Query;
        if (misbehaviour.Takes(Mode.Deny))
            return SendBack(query, dialect.Denied);
        var app = !dialect.TellsAudience && misbehaviour.Takes(Mode.OtherApp) ? Misbehaviour.AnotherApp : query[dialect.ClientParameter].ToString();
        var grant = new Grant(app, query["redirect_uri"]!, query["scope"], person)
        {
            Nonce = query["nonce"],
            CodeChallenge = query["code_challenge"],
        };
        return SendBack(query, [new("code", misbehaviour.Takes(Mode.ReuseCode) ? codes.IssueSpent(grant) : codes.Issue(grant))]);
    }

    /// <summary>An unknown app or address gets a page: nothing is ever sent where it was not registered.</summary>
    private IResult? Refused(HttpContext context)
    {
        var query = context.Request.Query;
        if (options.Find(query[dialect.ClientParameter]) is not { } client)
            return Refuse(context, dialect.UnknownClient);
        if (!client.Allows(query["redirect_uri"]))
            return Refuse(context, dialect.RedirectMismatch);
        var responseType = query["response_type"].FirstOrDefault() ?? dialect.DefaultResponseType;
        return responseType == "code" ? null : SendBack(query, dialect.UnsupportedResponseType);
    }

    private RedirectHttpResult SendBack(IQueryCollection query, IEnumerable<KeyValuePair<string, string?>> answer)
    {
        var address = QueryHelpers.AddQueryString(query["redirect_uri"]!, dialect.Issuer is { } issuer ? answer.Append(new("iss", issuer)) : answer);
        return TypedResults.Redirect(query["state"].FirstOrDefault() is { } state
            ? QueryHelpers.AddQueryString(address, "state", state)
            : address);
    }

    private RazorComponentResult<AuthorizePage> Page(HttpContext context, bool chooseSomeone)
    {
        PageHeaders.Set(context.Response);
        return new(new
        {
            Dialect = dialect,
            Language = Language.Of(context.Request),
            Action = context.Request.Path + context.Request.QueryString,
            ClientId = context.Request.Query[dialect.ClientParameter].ToString(),
            ChooseSomeone = chooseSomeone,
        })
        {
            StatusCode = chooseSomeone ? StatusCodes.Status400BadRequest : StatusCodes.Status200OK,
        };
    }

    private RazorComponentResult<RefusedPage> Refuse(HttpContext context, Refusal refusal)
    {
        PageHeaders.Set(context.Response);
        return new(new { Dialect = dialect, Language = Language.Of(context.Request), Refusal = refusal })
        {
            StatusCode = StatusCodes.Status400BadRequest,
        };
    }
}
