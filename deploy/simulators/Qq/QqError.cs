using System.Text.Json;
using Hutong.Simulators.Platforms;

namespace Hutong.Simulators.Qq;

/// <summary>QQ's errors, by number (wiki.connect.qq.com, 公共返回码说明). They come inside the callback whatever was asked for.</summary>
internal sealed record QqError(int Number, string Description)
{
    public static readonly QqError MissingResponseType = new(100000, "param response_type is wrong or lost");
    public static readonly QqError MissingClientId = new(100001, "param client_id is wrong or lost");
    public static readonly QqError WrongGrantType = new(100004, "param grant_type is wrong or lost");
    public static readonly QqError MissingCode = new(100005, "param code is wrong or lost");
    public static readonly QqError MissingToken = new(100007, "param access_token is wrong or lost");
    public static readonly QqError UnknownClient = new(100008, "client_id is invalid");
    public static readonly QqError WrongSecret = new(100009, "client_secret is invalid");
    public static readonly QqError WrongRedirect = new(100010, "redirect uri is illegal");
    public static readonly QqError ExpiredToken = new(100014, "access token is expired");
    public static readonly QqError InvalidToken = new(100016, "access token check failed");
    public static readonly QqError WrongCode = new(100019, "code to access token error");
    public static readonly QqError ReusedCode = new(100020, "code is reused error");
    public static readonly QqError NoUnionId = new(100048, "no permission to get unionid");

    /// <summary>With the comma too many that one of QQ's own samples has.</summary>
    public IResult Answer() =>
        Results.Text($"callback( {{\"error\":{Number},\"error_description\":{JsonSerializer.Serialize(Description)},}} );\n", "text/html; charset=utf-8");

    public Refusal AsRefusal() => new() { { "error", $"{Number}" }, { "error_description", Description } };
}
