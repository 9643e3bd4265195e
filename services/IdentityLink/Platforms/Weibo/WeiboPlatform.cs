using Hutong.EventStore.Commands;
using Microsoft.AspNetCore.WebUtilities;

namespace Hutong.IdentityLink.Platforms.Weibo;

/// <summary>
/// Weibo's OAuth 2.0 (open.weibo.com/wiki/授权机制说明). Its documents forbid taking the <c>uid</c> of the token reply as
/// proof of sign-in: get_token_info says whose the token is, and for which app it was made.
/// </summary>
internal sealed class WeiboPlatform(PlatformOptions options, PlatformApi api) : IPlatform
{
    public const string Id = "weibo";

    public string Name => Id;

    public (string Chinese, string English) Title => ("微博", "Weibo");

    public Side Side => Side.Social;

    public IReadOnlyList<string> AuthorizeOrigins => [options.AuthorizeOrigin];

    public ValueTask<Outcome<Uri>> AuthorizeAddress(PlatformVisit visit, CancellationToken cancellation) =>
        new(new Uri(QueryHelpers.AddQueryString(options.AuthorizeAddress, new Dictionary<string, string?>
        {
            ["client_id"] = options.ClientId,
            ["response_type"] = "code",
            ["redirect_uri"] = visit.Callback.AbsoluteUri,
            ["state"] = visit.State,
        })));

    public async Task<Outcome<PlatformAccount>> Redeem(PlatformVisit visit, PlatformAnswer answer, CancellationToken cancellation)
    {
        var token = await api.Post("/oauth2/access_token", cancellation,
            ("client_id", options.ClientId),
            ("client_secret", options.ClientSecret),
            ("grant_type", "authorization_code"),
            ("redirect_uri", visit.Callback.AbsoluteUri),
            ("code", answer.Code));
        if (!token.Succeeded)
            return token.Rejection;
        if (token.Value.TextOf("access_token") is not { } accessToken || token.Value.TextOf("uid") is not { } uid)
            return api.Refuse(PlatformRejections.Unavailable, "no access_token or uid");

        var info = await api.Post("/oauth2/get_token_info", cancellation, ("access_token", accessToken));
        if (!info.Succeeded)
            return info.Rejection;
        if (info.Value.TextOf("appkey") != options.ClientId || info.Value.TextOf("uid") != uid)
            return api.Refuse(PlatformRejections.WrongAudience, "the token is for another app or account");

        return new PlatformAccount(Id, uid, await ScreenName(accessToken, uid, cancellation));
    }

    /// <summary>The name is a courtesy: without it the sign-in still holds.</summary>
    private async Task<string?> ScreenName(string accessToken, string uid, CancellationToken cancellation)
    {
        var user = await api.Get(QueryHelpers.AddQueryString("/2/users/show.json", new Dictionary<string, string?>
        {
            ["access_token"] = accessToken,
            ["uid"] = uid,
        }), cancellation);
        return user.Succeeded ? user.Value.TextOf("screen_name") : null;
    }
}
