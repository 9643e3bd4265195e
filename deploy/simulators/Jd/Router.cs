using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hutong.Simulators.People;
using Hutong.Simulators.Platforms;

namespace Hutong.Simulators.Jd;

/// <summary><c>/routerjson</c>, JD's API gateway: signed calls, of which it knows one here.</summary>
internal sealed class Router(PlatformOptions options, IssuedTokens tokens)
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Post];

    public void Map(IEndpointRouteBuilder routes) => routes.MapMethods("/routerjson", Methods, Call);

    private async Task<IResult> Call(HttpRequest request)
    {
        var parameters = await Parameters.Read(request);
        if (options.Find(parameters["app_key"]) is not { } client)
            return Error("28", "无效app_key", "Invalid app_key");
        if (parameters["sign"] is not { } sign || sign != Sign(parameters.All, client.ClientSecret))
            return Error("12", "无效签名", "Invalid signature");
        if (parameters["v"] != "2.0" || parameters["timestamp"] is null)
            return Error("21", "缺少参数或参数无效", "Missing or invalid v or timestamp");
        if (parameters["method"] != "jingdong.user.getUserInfoByOpenId")
            return Error("10", "不存在的方法名", "Invalid method");
        if (tokens.Find(parameters["access_token"]) is not ({ } grant, false) || grant.ClientId != client.ClientId)
            return Error("19", "token已过期或者不存在", "Invalid access_token");
        if (OpenId(parameters["360buy_param_json"]) != grant.Person.Jd!.OpenId)
            return Result(new { code = 1, msg = "openId 无效", data = (object?)null });
        return Result(new
        {
            code = 0,
            msg = "成功",
            data = new
            {
                nickName = grant.Person.Jd.Nickname,
                imageUrl = $"{options.BrowserAddress.TrimEnd('/')}{Pictures.Path(grant.Person)}",
                gendar = "2",
            },
        });
    }

    private static IResult Result(object result) => Results.Json(new
    {
        jingdong_user_getUserInfoByOpenId_response = new { code = "0", getuserinfobyappidandopenid_result = result },
    });

    private static IResult Error(string code, string chinese, string english) =>
        Results.Json(new { error_response = new { code, zh_desc = chinese, en_desc = english } });

    private static string? OpenId(string? json)
    {
        try
        {
            using var document = JsonDocument.Parse(json ?? "");
            return document.RootElement.GetProperty("openId").GetString();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    [SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "JD's own.")]
    private static string Sign(IReadOnlyDictionary<string, string> parameters, string secret)
    {
        var pairs = parameters.Where(p => p.Key != "sign").OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => p.Key + p.Value);
        return Convert.ToHexString(MD5.HashData(Encoding.UTF8.GetBytes($"{secret}{string.Concat(pairs)}{secret}")));
    }
}
