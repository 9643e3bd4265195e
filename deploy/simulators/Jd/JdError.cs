using Hutong.Simulators.Platforms;

namespace Hutong.Simulators.Jd;

/// <summary>The errors of JD's sign-in: a <c>code</c> that is not 0. Numbers and words are those that clients report.</summary>
internal sealed record JdError(int Code, string Message)
{
    public static readonly JdError InvalidApp = new(101, "app_key is invalid");
    public static readonly JdError WrongRedirect = new(102, "redirect_uri is invalid");
    public static readonly JdError WrongResponseType = new(103, "response_type is invalid");
    public static readonly JdError WrongSecret = new(104, "app_secret is invalid");
    public static readonly JdError WrongGrantType = new(105, "grant_type is invalid");
    public static readonly JdError InvalidCode = new(401, "code is invalid or expired");
    public static readonly JdError InvalidRefreshToken = new(402, "refresh_token is invalid or expired");

    public IResult Answer() => Results.Json(new { code = Code, msg = Message, requestId = Guid.CreateVersion7().ToString("N") });

    public Refusal AsRefusal() => new() { { "code", $"{Code}" }, { "msg", Message } };
}
