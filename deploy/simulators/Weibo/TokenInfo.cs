using System.Globalization;
using System.Text.Json.Nodes;
using Hutong.Simulators.Platforms;

namespace Hutong.Simulators.Weibo;

/// <summary>
/// <c>/oauth2/get_token_info</c>: whose a token is and for which app, the check that Weibo's documents ask for;
/// and <c>/oauth2/revokeoauth2</c>, by which an app gives a token back.
/// </summary>
internal sealed class TokenInfo(WeiboTokens tokens, Misbehaviour misbehaviour, TimeProvider time)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/oauth2/get_token_info", Describe);
        routes.MapMethods("/oauth2/revokeoauth2", [HttpMethods.Get, HttpMethods.Post], Revoke);
    }

    /// <summary>Numbers here are numbers, <c>scope</c> is null where none was asked, and it is <c>expire_in</c>.</summary>
    private async Task<IResult> Describe(HttpRequest request)
    {
        var parameters = await Parameters.Read(request);
        if (!tokens.TryFind(parameters["access_token"], out var token, out var error))
            return error.Answer(request, error.Word);
        return Results.Json(new
        {
            uid = token.Person.Weibo!.Uid,
            appkey = AppKey(misbehaviour.Takes(Mode.OtherApp) ? Misbehaviour.AnotherApp : token.ClientId),
            scope = token.Scope,
            create_at = token.CreatedAt.ToUnixTimeSeconds(),
            expire_in = (long)(token.Until - time.GetUtcNow()).TotalSeconds,
        });
    }

    private async Task<IResult> Revoke(HttpRequest request)
    {
        var parameters = await Parameters.Read(request);
        if (!tokens.TryFind(parameters["access_token"], out _, out var error))
            return error.Answer(request, error.Word);
        tokens.Revoke(parameters["access_token"]!);
        return Results.Json(new { result = "true" });
    }

    /// <summary>Weibo's app keys are numbers; one that a test made up may not be.</summary>
    private static JsonNode AppKey(string clientId) =>
        long.TryParse(clientId, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : clientId;
}
