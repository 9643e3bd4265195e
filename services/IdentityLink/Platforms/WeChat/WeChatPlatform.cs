using System.Text.Json;
using Hutong.EventStore.Commands;
using Microsoft.AspNetCore.WebUtilities;

namespace Hutong.IdentityLink.Platforms.WeChat;

/// <summary>
/// WeChat's OAuth 2.0 (developers.weixin.qq.com). Everything is asked for by GET, errors come as 200 with an
/// <c>errcode</c>, and the union id, which names the account for all our apps, may come later or never.
/// </summary>
internal sealed class WeChatPlatform(WeChatOptions options, PlatformApi api) : IPlatform
{
    public const string Id = "wechat";

    /// <summary>Without it WeChat's in-app page refuses to open; the website's page does not mind it.</summary>
    private const string Fragment = "#wechat_redirect";

    public string Name => Id;

    public (string Chinese, string English) Title => ("微信", "WeChat");

    public Side Side => Side.Social;

    public IReadOnlyList<string> AuthorizeOrigins =>
    [
        .. new[] { options.Web, options.InApp }.OfType<WeChatApp>()
            .Select(app => new Uri(app.AuthorizeAddress).GetLeftPart(UriPartial.Authority)).Distinct(),
    ];

    public IReadOnlyList<string> SubjectsOf(string identifier) =>
    [
        .. PlatformSubjects.OfUnion(identifier),
        .. new[] { options.Web, options.InApp }.OfType<WeChatApp>().Select(app => PlatformSubjects.OfApp(app.ClientId, identifier)),
    ];

    public ValueTask<Outcome<Uri>> AuthorizeAddress(PlatformVisit visit, CancellationToken cancellation)
    {
        var app = AppFor(visit);
        // In this order: the in-app page is known to check it.
        var address = QueryHelpers.AddQueryString(app.AuthorizeAddress,
            new KeyValuePair<string, string?>[]
            {
                new("appid", app.ClientId),
                new("redirect_uri", visit.Callback.AbsoluteUri),
                new("response_type", "code"),
                new("scope", app == options.InApp ? "snsapi_userinfo" : "snsapi_login"),
                new("state", visit.State),
            });
        return new(new Uri(address + Fragment));
    }

    public async Task<Outcome<PlatformAccount>> Redeem(PlatformVisit visit, PlatformAnswer answer, CancellationToken cancellation)
    {
        var app = AppFor(visit);
        var token = Check(await api.GetOnce(QueryHelpers.AddQueryString("/sns/oauth2/access_token", new Dictionary<string, string?>
        {
            ["appid"] = app.ClientId,
            ["secret"] = app.ClientSecret,
            ["code"] = answer.Code,
            ["grant_type"] = "authorization_code",
        }), cancellation));
        if (!token.Succeeded)
            return token.Rejection;
        if (token.Value.TextOf("access_token") is not { } accessToken || token.Value.IdOf("openid") is not { } openId)
            return api.Refuse(PlatformRejections.Unavailable, "no access_token or openid");

        var user = Check(await api.Get(QueryHelpers.AddQueryString("/sns/userinfo", new Dictionary<string, string?>
        {
            ["access_token"] = accessToken,
            ["openid"] = openId,
            ["lang"] = "zh_CN",
        }), cancellation));
        if (user.Rejection is { Code: PlatformRejections.Snapshot } madeUp)
            return madeUp;
        // The name is a courtesy: without it the sign-in still holds.
        var profile = user.Succeeded ? user.Value : default;
        if (user.Succeeded && profile.IdOf("openid") != openId)
            return api.Refuse(PlatformRejections.WrongAudience, "the profile is another account's");
        return new PlatformAccount(Id, PlatformSubjects.OfApp(app.ClientId, openId), profile.TextOf("nickname"))
        {
            Aliases = PlatformSubjects.OfUnion(token.Value.IdOf("unionid") ?? profile.IdOf("unionid")),
        };
    }

    private WeChatApp AppFor(PlatformVisit visit) =>
        options.InApp is { } inApp && visit.UserAgent?.Contains("MicroMessenger", StringComparison.OrdinalIgnoreCase) == true
            ? inApp
            : options.Web;

    private Outcome<JsonElement> Check(Outcome<JsonElement> reply)
    {
        if (!reply.Succeeded)
            return reply;
        if (reply.Value.TextOf("errcode") is { } error and not "0")
            return api.Refuse(PlatformRejections.Refused, $"errcode {(error.Length <= 10 ? error : "unknown")}");
        // WeChat's preview of a page ("快照页") signs in somebody who does not exist.
        if (reply.Value.TextOf("is_snapshotuser") == "1")
            return api.Refuse(PlatformRejections.Snapshot, "a snapshot user");
        return reply;
    }
}
