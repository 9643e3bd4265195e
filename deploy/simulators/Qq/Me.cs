using System.Text.Json;
using System.Text.Json.Nodes;
using Hutong.Simulators.Platforms;

namespace Hutong.Simulators.Qq;

/// <summary><c>GET /oauth2.0/me</c>: whose a token is and for which app, in a callback unless JSON was asked for.</summary>
internal sealed class Me(IssuedTokens tokens, Misbehaviour misbehaviour)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/oauth2.0/me", Describe);

    private async Task<IResult> Describe(HttpRequest request)
    {
        var parameters = await Parameters.Read(request);
        if (parameters["access_token"] is not { } value)
            return QqError.MissingToken.Answer();
        if (tokens.Find(value) is not var (grant, expired))
            return QqError.InvalidToken.Answer();
        if (expired)
            return QqError.ExpiredToken.Answer();
        var reply = new JsonObject
        {
            ["client_id"] = misbehaviour.Takes(Mode.OtherApp) ? Misbehaviour.AnotherApp : grant.ClientId,
            ["openid"] = grant.Person.Qq!.OpenId,
        };
        if (parameters["unionid"] == "1")
        {
            if (misbehaviour.Takes(Mode.OmitUnionid))
                return QqError.NoUnionId.Answer();
            reply["unionid"] = grant.Person.Qq.UnionId;
        }
        var json = reply.ToJsonString(JsonSerializerOptions.Web);
        return parameters["fmt"] == "json"
            ? Results.Text(json, "application/json; charset=utf-8")
            : Results.Text($"callback( {json} );\n", "text/html; charset=utf-8");
    }
}
