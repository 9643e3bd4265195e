namespace Hutong.Gateway.Forwarding;

/// <summary>
/// Ends server-sent event streams when the host stops: they would hold up its stop until the deadline. The browser's
/// <c>EventSource</c> connects again, to another instance.
/// </summary>
internal static class EventStreams
{
    public static void UseEventStreamsThatEndWithTheHost(this IApplicationBuilder proxy)
    {
        var lifetime = proxy.ApplicationServices.GetRequiredService<IHostApplicationLifetime>();
        proxy.Use(async (context, next) =>
        {
            if (!context.Request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.OrdinalIgnoreCase))
            {
                await next(context);
                return;
            }
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
            context.RequestAborted = ending.Token;
            await next(context);
        });
    }
}
