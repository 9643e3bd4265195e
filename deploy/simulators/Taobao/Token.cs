using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Hutong.Simulators.People;
using Hutong.Simulators.Platforms;

namespace Hutong.Simulators.Taobao;

/// <summary>
/// <c>POST /token</c>: a code for a token and, in the same reply, for who signed in: there is no userinfo call.
/// Names are percent-encoded; the user id may be empty, and then the open uid is all there is.
/// </summary>
internal sealed class Token(PlatformOptions options, AuthorizationCodes codes, TimeProvider time)
{
    /// <summary>Of an app not yet listed: a day, and nothing to refresh with.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(1);

    public void Map(IEndpointRouteBuilder routes) => routes.MapPost("/token", Redeem);

    private async Task<IResult> Redeem(HttpRequest request)
    {
        var parameters = await Parameters.Read(request);
        var (clientId, secret) = parameters.Credentials();
        if (options.Find(clientId) is not { } client || !client.HasSecret(secret))
            return TaobaoError.InvalidClient("client_id or client_secret is invalid").Answer();
        if (parameters["grant_type"] != "authorization_code")
            return new TaobaoError("unsupported_grant_type", "grant_type is not supported").Answer();
        if (parameters["code"] is not { } code)
            return new TaobaoError("invalid_request", "parameter code is missing").Answer();

        if (codes.Take(code) is not { } grant || grant.ClientId != clientId)
            return TaobaoError.InvalidClient($"authorize code {code} invalidate,please authorize again.").Answer();
        if (grant.RedirectUri != parameters["redirect_uri"])
            return TaobaoError.InvalidClient("application callback can not match the redirect_uri").Answer();
        return Results.Json(Reply(grant.Person.Taobao!));
    }

    private JsonObject Reply(TaobaoAccount account)
    {
        var seconds = (long)Lifetime.TotalSeconds;
        var now = time.GetUtcNow();
        var until = (now + Lifetime).ToUnixTimeMilliseconds();
        var reply = new JsonObject
        {
            ["w1_expires_in"] = seconds,
            ["refresh_token_valid_time"] = now.ToUnixTimeMilliseconds(),
            ["taobao_user_nick"] = Uri.EscapeDataString(account.Nick),
            ["re_expires_in"] = 0,
            ["expire_time"] = until,
            ["token_type"] = "Bearer",
            ["access_token"] = Random("6200"),
            ["taobao_open_uid"] = account.OpenUid,
            ["w1_valid"] = until,
            ["refresh_token"] = Random("6201"),
            ["w2_expires_in"] = 1800,
            ["w2_valid"] = now.AddSeconds(1800).ToUnixTimeMilliseconds(),
            ["r1_expires_in"] = seconds,
            ["r2_expires_in"] = seconds,
            ["r2_valid"] = until,
            ["r1_valid"] = until,
            ["taobao_user_id"] = account.UserId,
            ["expires_in"] = seconds,
        };
        if (account.SubUserId is not null && account.SubNick is not null)
        {
            reply["sub_taobao_user_id"] = account.SubUserId;
            reply["sub_taobao_user_nick"] = Uri.EscapeDataString(account.SubNick);
        }
        return reply;
    }

    private static string Random(string prefix) => prefix + RandomNumberGenerator.GetHexString(52, lowercase: true);
}
