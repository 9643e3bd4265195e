using System.Globalization;
using System.Text.Json;
using Hutong.EventStore.Commands;
using Microsoft.AspNetCore.WebUtilities;

namespace Hutong.IdentityLink.Platforms.Jd;

/// <summary>JD's OAuth 2.0 (open.jd.com). Its profile is a call to the API gateway, signed.</summary>
internal sealed class JdPlatform(JdOptions options, PlatformApi api, TimeProvider time) : IPlatform
{
    public const string Id = "jd";

    private const string ProfileMethod = "jingdong.user.getUserInfoByOpenId";

    /// <summary>The gateway's clock, which has no other zone.</summary>
    private static readonly TimeSpan Beijing = TimeSpan.FromHours(8);

    public string Name => Id;

    public (string Chinese, string English) Title => ("京东", "JD");

    public Side Side => Side.Shop;

    public IReadOnlyList<string> AuthorizeOrigins => [options.AuthorizeOrigin];

    public IReadOnlyList<string> SubjectsOf(string identifier) => [PlatformSubjects.OfApp(options.ClientId, identifier)];

    public ValueTask<Outcome<Uri>> AuthorizeAddress(PlatformVisit visit, CancellationToken cancellation) =>
        new(new Uri(QueryHelpers.AddQueryString(options.AuthorizeAddress, new Dictionary<string, string?>
        {
            ["app_key"] = options.ClientId,
            ["response_type"] = "code",
            ["redirect_uri"] = visit.Callback.AbsoluteUri,
            ["state"] = visit.State,
            ["scope"] = "snsapi_base",
        })));

    public async Task<Outcome<PlatformAccount>> Redeem(PlatformVisit visit, PlatformAnswer answer, CancellationToken cancellation)
    {
        var token = await api.Post("/oauth2/access_token", cancellation,
            ("app_key", options.ClientId),
            ("app_secret", options.ClientSecret),
            ("grant_type", "authorization_code"),
            ("code", answer.Code));
        if (!token.Succeeded)
            return token.Rejection;
        if (token.Value.TextOf("code") is var code && code != "0")
            return code is null
                ? api.Refuse(PlatformRejections.Unavailable, "no code in the reply")
                : api.Refuse(PlatformRejections.Refused, $"code {(code.Length <= 10 ? code : "unknown")}");
        if (token.Value.TextOf("access_token") is not { } accessToken || token.Value.IdOf("open_id") is not { } openId)
            return api.Refuse(PlatformRejections.Unavailable, "no access_token or open_id");
        return new PlatformAccount(Id, PlatformSubjects.OfApp(options.ClientId, openId), await Nickname(accessToken, openId, cancellation));
    }

    /// <summary>The name is a courtesy: without it the sign-in still holds.</summary>
    private async Task<string?> Nickname(string accessToken, string openId, CancellationToken cancellation)
    {
        var parameters = new Dictionary<string, string>
        {
            ["method"] = ProfileMethod,
            ["access_token"] = accessToken,
            ["app_key"] = options.ClientId,
            ["timestamp"] = time.GetUtcNow().ToOffset(Beijing).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
            ["format"] = "json",
            ["v"] = "2.0",
            ["360buy_param_json"] = JsonSerializer.Serialize(new { openId }),
        };
        parameters["sign"] = JdSignature.Of(parameters, options.ClientSecret);
        var reply = await api.Post(
            $"{options.RouterAddress.TrimEnd('/')}/routerjson", cancellation, [.. parameters.Select(p => (p.Key, p.Value))]);
        return reply.Succeeded
            ? reply.Value
                .Inside("jingdong_user_getUserInfoByOpenId_response")
                .Inside("getuserinfobyappidandopenid_result")
                .Inside("data")
                .TextOf("nickName")
            : null;
    }
}
