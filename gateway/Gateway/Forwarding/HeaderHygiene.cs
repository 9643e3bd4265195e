using System.Net.Http.Headers;
using Hutong.Gateway.Exchange;
using Hutong.Gateway.Sessions;
using Hutong.Gateway.Sites;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Model;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Hutong.Gateway.Forwarding;

/// <summary>
/// What crosses the border. Inwards: nothing a caller says about where it comes from or who it is; that is said by us.
/// Outwards: nothing about the inside.
/// </summary>
internal sealed class HeaderHygiene(SiteDirectory sites) : ITransformProvider
{
    private static readonly string[] UntrustedPrefixes = ["X-Forwarded-", "X-Original-", "X-Internal-", "X-Hutong-"];

    private static readonly string[] Untrusted =
        ["Forwarded", "Via", "X-Real-IP", "X-Client-IP", "True-Client-IP", "X-Trace-Id", "traceparent", "tracestate", "baggage"];

    private static readonly string[] Inside = ["Server", "X-Powered-By", "X-Trace-Id", "traceresponse", "Alt-Svc"];

    public void ValidateRoute(TransformRouteValidationContext context)
    {
    }

    public void ValidateCluster(TransformClusterValidationContext context)
    {
    }

    public void Apply(TransformBuilderContext context)
    {
        var isProviders = context.Route.IsProviders();
        context.UseDefaultForwarders = false;
        context.AddRequestTransform(transform =>
        {
            var request = transform.ProxyRequest.Headers;
            RemoveUntrusted(transform.HttpContext.Request.Headers, request);
            SayWhereFrom(transform.HttpContext, request);
            if (!isProviders)
                SayWho(transform.HttpContext, request);
            return ValueTask.CompletedTask;
        });
        context.AddResponseTransform(transform =>
        {
            foreach (var name in Inside)
                transform.HttpContext.Response.Headers.Remove(name);
            return ValueTask.CompletedTask;
        });
    }

    private static void RemoveUntrusted(IHeaderDictionary received, HttpRequestHeaders request)
    {
        // A sender may declare any header to be for this hop alone (RFC 9110, section 7.6.1).
        foreach (var name in received.GetCommaSeparatedValues(HeaderNames.Connection))
            request.TryRemove(name);
        foreach (var name in Untrusted)
            request.Remove(name);
        var named = request.Select(header => header.Key)
            .Where(name => UntrustedPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)));
        foreach (var name in named.ToArray())
            request.Remove(name);
    }

    private void SayWhereFrom(HttpContext context, HttpRequestHeaders request)
    {
        var origin = context.FindSite()?.Origin ?? sites.Origin;
        request.Add("X-Forwarded-For", context.Connection.RemoteIpAddress?.ToString() ?? "unknown");
        request.Add("X-Forwarded-Host", context.Request.Host.Value);
        request.Add("X-Forwarded-Proto", new Uri(origin).Scheme);
    }

    private static void SayWho(HttpContext context, HttpRequestHeaders request)
    {
        request.Authorization = context.Features.Get<Caller>()?.Token is { } token ? new("Bearer", token) : null;
        var cookies = context.Request.Headers.Cookie
            .SelectMany(header => (header ?? "").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .Where(cookie => !cookie.StartsWith(SessionCookie.Prefix, StringComparison.OrdinalIgnoreCase));
        request.Remove(HeaderNames.Cookie);
        if (string.Join("; ", cookies) is { Length: > 0 } others)
            request.TryAddWithoutValidation(HeaderNames.Cookie, others);
    }
}

internal static class HeaderRemoval
{
    /// <summary>Removes a header whose name the caller chose: it may be no name at all.</summary>
    public static void TryRemove(this HttpRequestHeaders headers, string name)
    {
        if (headers.NonValidated.Contains(name))
            headers.Remove(name);
    }
}
