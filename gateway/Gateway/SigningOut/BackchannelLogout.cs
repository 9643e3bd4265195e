using Hutong.Gateway.Provider;
using Hutong.Gateway.Sessions;
using Hutong.Gateway.Sites;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hutong.Gateway.SigningOut;

/// <summary>
/// <c>POST /backchannel-logout</c>: the provider tells a site, server to server, that a session is over (OpenID Connect
/// Back-Channel Logout 1.0, sections 2.5 to 2.8).
/// </summary>
internal sealed partial class BackchannelLogout(LogoutTokens tokens, EndedSessions ended, ILogger<BackchannelLogout> log)
{
    private const long MaxBody = 32 * 1024;

    /// <summary>Takes a logout token for a site.</summary>
    public async Task<IResult> Answer(HttpContext context, Site site, CancellationToken cancellation)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (await Token(context.Request, cancellation) is not { } token)
            return Refused(site, "logout_token");
        var (logout, defect) = await tokens.Verify(token, site.Client.Id, cancellation);
        if (logout is null)
            return Refused(site, defect!);
        return await ended.End(site, logout, cancellation) ? TypedResults.Ok() : Refused(site, "jti");
    }

    private static async Task<string?> Token(HttpRequest request, CancellationToken cancellation)
    {
        if (!request.HasFormContentType || request.ContentLength > MaxBody)
            return null;
        var form = await request.ReadFormAsync(cancellation);
        return form["logout_token"] is [{ Length: > 0 } token] ? token : null;
    }

    private BadRequest<Dictionary<string, string>> Refused(Site site, string defect)
    {
        LogoutTokenRefused(site.Name, defect);
        return TypedResults.BadRequest(new Dictionary<string, string>
        {
            ["error"] = "invalid_request",
            ["error_description"] = $"The logout token was not accepted: {defect}.",
        });
    }

    [LoggerMessage(LogLevel.Warning, "A logout token for {Site} was refused: {Defect}")]
    private partial void LogoutTokenRefused(string site, string defect);
}
