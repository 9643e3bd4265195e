using Hutong.Simulators.Platforms;

namespace Hutong.Simulators.Weibo;

/// <summary>
/// Weibo's errors: a word, a number and the path. The OAuth endpoints add <c>error_uri</c> and
/// <c>error_description</c>, the API does not. Words and numbers are those of open.weibo.com/wiki/Error_code;
/// status codes other than 400 are what clients report, so a client should go by the body.
/// </summary>
internal sealed record WeiboError(string Word, int Number, int Status = StatusCodes.Status400BadRequest)
{
    public static readonly WeiboError RedirectUriMismatch = new("redirect_uri_mismatch", 21322);
    public static readonly WeiboError InvalidRequest = new("invalid_request", 21323);
    public static readonly WeiboError InvalidClient = new("invalid_client", 21324, StatusCodes.Status401Unauthorized);
    public static readonly WeiboError InvalidGrant = new("invalid_grant", 21325);
    public static readonly WeiboError ExpiredToken = new("expired_token", 21327, StatusCodes.Status403Forbidden);
    public static readonly WeiboError UnsupportedGrantType = new("unsupported_grant_type", 21328);
    public static readonly WeiboError UnsupportedResponseType = new("unsupported_response_type", 21329);
    public static readonly WeiboError AccessDenied = new("access_denied", 21330);
    public static readonly WeiboError InvalidAccessToken = new("invalid_access_token", 21332, StatusCodes.Status401Unauthorized);
    public static readonly WeiboError MissingSource = new("Source paramter (appkey) is missing", 10006);
    public static readonly WeiboError MissingUser = new("Miss required parameter (uid or screen_name) , see doc for more info.", 10016);
    public static readonly WeiboError InsufficientPermissions = new("Insufficient app permissions!", 10014, StatusCodes.Status403Forbidden);
    public static readonly WeiboError UnknownUser = new("User does not exists!", 20003);

    /// <summary>As the OAuth endpoints answer.</summary>
    public IResult Answer(HttpRequest request, string description) => Results.Json(
        new
        {
            error = Word,
            error_code = Number,
            request = request.Path.Value,
            error_uri = request.Path.Value,
            error_description = description,
        },
        statusCode: Status);

    /// <summary>As the API answers.</summary>
    public IResult Answer(HttpRequest request) =>
        Results.Json(new { error = Word, error_code = Number, request = request.Path.Value }, statusCode: Status);

    /// <summary>As the authorize endpoint sends it back in the address.</summary>
    public Refusal AsRefusal(string description) => new()
    {
        { "error_uri", "/oauth2/authorize" },
        { "error", Word },
        { "error_description", description },
        { "error_code", $"{Number}" },
    };
}
