using Yarp.ReverseProxy.Forwarder;

namespace Hutong.Gateway.Forwarding;

/// <summary>
/// A service that could not be reached, or fell silent, is 503 to the caller whatever the reason: which part is away and
/// why is not for outside. The problem's text is written by the host's error handling.
/// </summary>
internal static class Unanswered
{
    public static void UseUnavailableWhenUnanswered(this IApplicationBuilder proxy) => proxy.Use(async (context, next) =>
    {
        await next(context);
        if (!context.Response.HasStarted && context.GetForwarderErrorFeature() is not null
            && context.Response.StatusCode >= StatusCodes.Status500InternalServerError)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.Headers.RetryAfter = "2";
        }
    });
}
