using Hutong.Simulators.Platforms;
using Microsoft.Net.Http.Headers;

namespace Hutong.Simulators.OpenIdConnect;

/// <summary><c>GET /userinfo</c> (OpenID Connect Core, section 5.3): what the scopes allow.</summary>
internal sealed class UserInfo(IssuedTokens tokens)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/linli/userinfo", Show);

    private IResult Show(HttpRequest request)
    {
        var header = request.Headers[HeaderNames.Authorization].ToString();
        if (!header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) || tokens.Find(header["Bearer ".Length..]) is not ({ } grant, false))
        {
            request.HttpContext.Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\"";
            return Results.Json(new { error = "invalid_token" }, statusCode: StatusCodes.Status401Unauthorized);
        }
        var account = grant.Person.Linli!;
        var scopes = (grant.Scope ?? "").Split(' ');
        var claims = new Dictionary<string, object> { ["sub"] = account.Subject };
        if (scopes.Contains("profile"))
            claims["nickname"] = account.Nickname;
        if (scopes.Contains("email"))
        {
            claims["email"] = account.Email;
            claims["email_verified"] = false;
        }
        return Results.Json(claims);
    }
}
