using System.Diagnostics;

namespace Hutong.Gateway.Protection;

/// <summary>
/// Where our traces begin. A trace context from outside is not continued: whoever sends one would choose our trace ids
/// and sampling, and could mix his spans into ours. Every request gets a trace of its own, which the services behind the
/// gateway continue (W3C Trace Context), and <c>X-Trace-Id</c> in the answer names it, to be quoted to us.
/// </summary>
internal static class TraceBorder
{
    public const string Header = "X-Trace-Id";

    public static void AddTraceBorder(this WebApplicationBuilder builder) =>
        // The server's reading of headers only; outgoing calls propagate by DistributedContextPropagator.Current.
        builder.Services.AddSingleton<DistributedContextPropagator>(new NothingFromOutside());

    public static void UseTraceBorder(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        context.Response.OnStarting(() =>
        {
            context.Response.Headers[Header] = Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier;
            return Task.CompletedTask;
        });
        return next(context);
    });

    private sealed class NothingFromOutside : DistributedContextPropagator
    {
        public override IReadOnlyCollection<string> Fields => Current.Fields;

        public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter) =>
            Current.Inject(activity, carrier, setter);

        public override void ExtractTraceIdAndState(
            object? carrier, PropagatorGetterCallback? getter, out string? traceId, out string? traceState) =>
            (traceId, traceState) = (null, null);

        public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(object? carrier, PropagatorGetterCallback? getter) => null;
    }
}
