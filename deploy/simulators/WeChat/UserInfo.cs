using System.Text.Json.Nodes;
using Hutong.Simulators.People;
using Hutong.Simulators.Platforms;

namespace Hutong.Simulators.WeChat;

/// <summary><c>GET /sns/userinfo</c>: the profile, and the union id where the app may know it.</summary>
internal sealed class UserInfo(PlatformOptions options, WeChatTokens tokens)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/sns/userinfo", Show);

    private async Task<IResult> Show(HttpRequest request)
    {
        var parameters = await Parameters.Read(request);
        if (tokens.Find(parameters["access_token"]) is not var (given, expired))
            return WeChatError.InvalidToken.Answer();
        if (expired)
            return WeChatError.ExpiredToken.Answer();
        if (parameters["openid"] != given.OpenId)
            return WeChatError.InvalidOpenId.Answer();
        var (person, account) = (given.Grant.Person, given.Grant.Person.WeChat!);
        var reply = new JsonObject
        {
            ["openid"] = given.OpenId,
            ["nickname"] = given.IsSnapshot ? "微信用户" : account.Nickname,
            ["sex"] = given.IsSnapshot ? 0 : account.Sex,
            ["province"] = given.IsSnapshot ? "" : account.Province,
            ["city"] = given.IsSnapshot ? "" : account.City,
            ["country"] = given.IsSnapshot ? "" : "中国",
            ["headimgurl"] = given.IsSnapshot ? "" : $"{options.BrowserAddress.TrimEnd('/')}{Pictures.Path(person)}",
            ["privilege"] = new JsonArray(),
        };
        if (given.TellsUnionId)
            reply["unionid"] = account.UnionId;
        return WeChatReply.Of(reply);
    }
}
