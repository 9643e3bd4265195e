using Hutong.Simulators.People;
using Hutong.Simulators.Platforms;

namespace Hutong.Simulators.Qq;

/// <summary><c>GET /user/get_user_info</c>: <c>ret</c> says how it went, and 0 is well.</summary>
internal sealed class UserInfo(PlatformOptions options, IssuedTokens tokens)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/user/get_user_info", Show);

    private async Task<IResult> Show(HttpRequest request)
    {
        var parameters = await Parameters.Read(request);
        if (tokens.Find(parameters["access_token"]) is not var (grant, expired) || expired)
            return Error(-23, "token is invalid");
        if (parameters["oauth_consumer_key"] != grant.ClientId)
            return Error(-1, "client request's parameters are invalid, invalid appid");
        var account = grant.Person.Qq!;
        if (parameters["openid"] != account.OpenId)
            return Error(-1, "client request's parameters are invalid, invalid openid");
        var picture = $"{options.BrowserAddress.TrimEnd('/')}{Pictures.Path(grant.Person)}";
        return Results.Json(new
        {
            ret = 0,
            msg = "",
            is_lost = 0,
            nickname = account.Nickname,
            gender = account.Gender,
            figureurl_qq_1 = picture,
            figureurl_qq_2 = picture,
            is_yellow_vip = "0",
            level = "0",
        });
    }

    private static IResult Error(int number, string message) => Results.Json(new { ret = number, msg = message });
}
