using Hutong.EventStore.Commands;
using Microsoft.AspNetCore.WebUtilities;

namespace Hutong.IdentityLink.Platforms.Taobao;

/// <summary>Taobao's OAuth 2.0 (open.taobao.com). There is no userinfo call: the token reply tells who signed in.</summary>
internal sealed class TaobaoPlatform(PlatformOptions options, PlatformApi api) : IPlatform
{
    public const string Id = "taobao";

    public string Name => Id;

    public (string Chinese, string English) Title => ("淘宝", "Taobao");

    public Side Side => Side.Shop;

    public IReadOnlyList<string> AuthorizeOrigins => [options.AuthorizeOrigin];

    public IReadOnlyList<string> SubjectsOf(string identifier) => [identifier, OpenUid(identifier), Assistant(identifier)];

    public ValueTask<Outcome<Uri>> AuthorizeAddress(PlatformVisit visit, CancellationToken cancellation) =>
        new(new Uri(QueryHelpers.AddQueryString(options.AuthorizeAddress, new Dictionary<string, string?>
        {
            ["response_type"] = "code",
            ["client_id"] = options.ClientId,
            ["redirect_uri"] = visit.Callback.AbsoluteUri,
            ["state"] = visit.State,
            ["view"] = "web",
        })));

    public async Task<Outcome<PlatformAccount>> Redeem(PlatformVisit visit, PlatformAnswer answer, CancellationToken cancellation)
    {
        var token = await api.Post("/token", cancellation,
            ("grant_type", "authorization_code"),
            ("client_id", options.ClientId),
            ("client_secret", options.ClientSecret),
            ("code", answer.Code),
            ("redirect_uri", visit.Callback.AbsoluteUri),
            ("view", "web"));
        if (!token.Succeeded)
            return token.Rejection;
        var reply = token.Value;

        // A shop's assistant signs in through a sub-account: it is theirs, not the shop owner's.
        if (reply.TextOf("sub_taobao_user_id") is { } assistant)
            return new PlatformAccount(Id, Assistant(assistant), Decode(reply.TextOf("sub_taobao_user_nick")));
        var nickname = Decode(reply.TextOf("taobao_user_nick"));
        // Ids and open uids are told apart, so that one person's id can never be another's open uid.
        if (reply.TextOf("taobao_user_id") is { } id)
            return new PlatformAccount(Id, id, nickname);
        if (reply.TextOf("taobao_open_uid") is { } openUid)
            return new PlatformAccount(Id, OpenUid(openUid), nickname);
        return api.Refuse(PlatformRejections.Unavailable, "no user id and no open uid");
    }

    private static string Assistant(string id) => $"sub:{id}";

    private static string OpenUid(string id) => $"open:{id}";

    /// <summary>Names come percent-encoded.</summary>
    private static string? Decode(string? nick) => nick is null ? null : Uri.UnescapeDataString(nick.Replace('+', ' '));
}
