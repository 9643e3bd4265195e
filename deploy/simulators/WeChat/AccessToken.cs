using System.Text.Json.Nodes;
using Hutong.Simulators.Platforms;

namespace Hutong.Simulators.WeChat;

/// <summary><c>GET /sns/oauth2/access_token</c> and <c>GET /sns/oauth2/refresh_token</c>.</summary>
internal sealed class AccessToken(PlatformOptions options, AuthorizationCodes codes, WeChatTokens tokens, Misbehaviour misbehaviour)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/sns/oauth2/access_token", Redeem);
        routes.MapGet("/sns/oauth2/refresh_token", Refresh);
    }

    private async Task<IResult> Redeem(HttpRequest request)
    {
        var parameters = await Parameters.Read(request);
        if (options.Find(parameters["appid"]) is not { } client)
            return WeChatError.InvalidAppId.Answer();
        if (!client.HasSecret(parameters["secret"]))
            return WeChatError.InvalidSecret.Answer();
        if (parameters["grant_type"] != "authorization_code")
            return WeChatError.InvalidGrantType.Answer();
        if (parameters["code"] is not { } code)
            return WeChatError.MissingCode.Answer();
        if (codes.IsSpent(code))
            return WeChatError.UsedCode.Answer();
        if (codes.Take(code) is not { } grant || grant.ClientId != client.ClientId)
            return WeChatError.InvalidCode.Answer();

        var isSnapshot = misbehaviour.Takes(Mode.SnapshotUser);
        var given = new WeChatGrant(
            grant,
            isSnapshot ? $"oSNAP{code[..23]}" : WeChatPlatform.OpenIdOf(options, grant.Person.WeChat!, client.ClientId),
            TellsUnionId: !isSnapshot && !misbehaviour.Takes(Mode.OmitUnionid),
            isSnapshot);
        var reply = Reply(given);
        // Only with the right to the profile, which this scope and the website's have.
        if (given.TellsUnionId && grant.Scope is "snsapi_userinfo" or "snsapi_login")
            reply["unionid"] = grant.Person.WeChat!.UnionId;
        if (isSnapshot)
            reply["is_snapshotuser"] = 1;
        return WeChatReply.Of(reply);
    }

    private async Task<IResult> Refresh(HttpRequest request)
    {
        var parameters = await Parameters.Read(request);
        if (parameters["grant_type"] != "refresh_token")
            return WeChatError.InvalidGrantType.Answer();
        if (tokens.FindRefresh(parameters["refresh_token"]) is not var (given, expired))
            return WeChatError.InvalidRefreshToken.Answer();
        if (given.Grant.ClientId != parameters["appid"])
            return WeChatError.InvalidAppId.Answer();
        return expired ? WeChatError.ExpiredRefreshToken.Answer() : WeChatReply.Of(Reply(given));
    }

    private JsonObject Reply(WeChatGrant given) => new()
    {
        ["access_token"] = tokens.Issue(given),
        ["expires_in"] = (long)WeChatTokens.Lifetime.TotalSeconds,
        ["refresh_token"] = tokens.IssueRefresh(given),
        ["openid"] = given.OpenId,
        ["scope"] = given.Grant.Scope,
    };
}
