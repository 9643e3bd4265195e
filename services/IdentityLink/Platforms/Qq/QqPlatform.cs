using System.Text.Json;
using Hutong.EventStore.Commands;
using Microsoft.AspNetCore.WebUtilities;

namespace Hutong.IdentityLink.Platforms.Qq;

/// <summary>
/// QQ's OAuth 2.0 (wiki.connect.qq.com). The token is asked for by GET; <c>/me</c> says whose it is and for which app
/// it was made, and wraps its answers in a call to <c>callback</c>, errors also where JSON was asked for.
/// </summary>
internal sealed class QqPlatform(PlatformOptions options, PlatformApi api) : IPlatform
{
    public const string Id = "qq";

    public string Name => Id;

    public (string Chinese, string English) Title => ("QQ", "QQ");

    public Side Side => Side.Social;

    public IReadOnlyList<string> AuthorizeOrigins => [options.AuthorizeOrigin];

    public IReadOnlyList<string> SubjectsOf(string identifier) =>
        [.. PlatformSubjects.OfUnion(identifier), PlatformSubjects.OfApp(options.ClientId, identifier)];

    public ValueTask<Outcome<Uri>> AuthorizeAddress(PlatformVisit visit, CancellationToken cancellation) =>
        new(new Uri(QueryHelpers.AddQueryString(options.AuthorizeAddress, new Dictionary<string, string?>
        {
            ["response_type"] = "code",
            ["client_id"] = options.ClientId,
            ["redirect_uri"] = visit.Callback.AbsoluteUri,
            ["state"] = visit.State,
            ["scope"] = "get_user_info",
        })));

    public async Task<Outcome<PlatformAccount>> Redeem(PlatformVisit visit, PlatformAnswer answer, CancellationToken cancellation)
    {
        var token = Read(await api.GetTextOnce(QueryHelpers.AddQueryString("/oauth2.0/token", new Dictionary<string, string?>
        {
            ["grant_type"] = "authorization_code",
            ["client_id"] = options.ClientId,
            ["client_secret"] = options.ClientSecret,
            ["code"] = answer.Code,
            ["redirect_uri"] = visit.Callback.AbsoluteUri,
            ["fmt"] = "json",
        }), cancellation));
        if (!token.Succeeded)
            return token.Rejection;
        if (token.Value.TextOf("access_token") is not { } accessToken)
            return api.Refuse(PlatformRejections.Unavailable, "no access_token");

        var me = await Me(accessToken, cancellation);
        if (!me.Succeeded)
            return me.Rejection;
        if (me.Value.TextOf("client_id") != options.ClientId)
            return api.Refuse(PlatformRejections.WrongAudience, "the token is for another app");
        if (me.Value.IdOf("openid") is not { } openId)
            return api.Refuse(PlatformRejections.Unavailable, "no openid");
        return new PlatformAccount(Id, PlatformSubjects.OfApp(options.ClientId, openId), await Nickname(accessToken, openId, cancellation))
        {
            Aliases = PlatformSubjects.OfUnion(me.Value.IdOf("unionid")),
        };
    }

    /// <summary>Asks for the union id as well, and does without where the app has not been granted it.</summary>
    private async Task<Outcome<JsonElement>> Me(string accessToken, CancellationToken cancellation)
    {
        var withUnion = await Ask(("unionid", "1"));
        if (!withUnion.Succeeded || QqReply.ErrorOf(withUnion.Value) != QqReply.UnionIdNotGranted)
            return Read(withUnion);
        return Read(await Ask());

        Task<Outcome<string>> Ask(params (string Name, string Value)[] more) => api.GetText(
            QueryHelpers.AddQueryString(
                "/oauth2.0/me",
                more.Prepend(("access_token", accessToken)).Append(("fmt", "json")).Select(p => KeyValuePair.Create(p.Item1, (string?)p.Item2))),
            cancellation);
    }

    /// <summary>The name is a courtesy: without it the sign-in still holds.</summary>
    private async Task<string?> Nickname(string accessToken, string openId, CancellationToken cancellation)
    {
        var user = await api.Get(QueryHelpers.AddQueryString("/user/get_user_info", new Dictionary<string, string?>
        {
            ["access_token"] = accessToken,
            ["oauth_consumer_key"] = options.ClientId,
            ["openid"] = openId,
        }), cancellation);
        return user.Succeeded && user.Value.TextOf("ret") == "0" ? user.Value.TextOf("nickname") : null;
    }

    private Outcome<JsonElement> Read(Outcome<string> text) => text.Succeeded ? api.Read(QqReply.Unwrap(text.Value)) : text.Rejection;
}
