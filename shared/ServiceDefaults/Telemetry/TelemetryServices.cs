using System.Diagnostics;
using Hutong.Messaging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Hutong.ServiceDefaults.Telemetry;

/// <summary>Traces, metrics and logs over OTLP, when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says where to.</summary>
internal static class TelemetryServices
{
    private const string SuppressSpanData = "Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData";

    private static readonly string[] Sources =
        ["Microsoft.AspNetCore", "System.Net.Http", "Npgsql", "MassTransit", "Yarp.ReverseProxy", MessagingTelemetry.SourceName, "Hutong.*"];

    private static readonly string[] Meters =
        ["Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http", "System.Runtime", "Npgsql", "MassTransit", "Hutong.*"];

    public static void AddTelemetry(this WebApplicationBuilder builder, string service)
    {
        // .NET 10 leaves the tags of the HTTP server span to an instrumentation package unless told otherwise.
        AppContext.SetSwitch(SuppressSpanData, false);
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("System.Net.Http", LogLevel.Warning);
        builder.Logging.AddFilter("MassTransit", LogLevel.Warning);
        // The probe's answer says it already, to the one who asks.
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        if (string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
            return;

        var resource = ResourceBuilder.CreateDefault().AddService(
            service, serviceNamespace: "hutong", serviceInstanceId: builder.Configuration["Instance"] ?? $"{Environment.MachineName}-{Environment.ProcessId}");
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.SetResourceBuilder(resource);
            logging.AddOtlpExporter();
        });
        builder.Services.AddSingleton(_ => OpenTelemetrySdk.Create(otel => otel
            .WithTracing(tracing => tracing
                .SetResourceBuilder(resource)
                .AddSource(Sources)
                .SetSampler(new ParentBasedSampler(new NoLoneQueries()))
                .AddProcessor<PrivateSpans>()
                .AddOtlpExporter())
            .WithMetrics(metrics => metrics
                .SetResourceBuilder(resource)
                .AddMeter(Meters)
                .SetExemplarFilter(ExemplarFilterType.TraceBased)
                .AddOtlpExporter())));
        builder.Services.AddHostedService<TelemetryLifetime>();
    }

    /// <summary>Names the server span by its route, <c>GET /cards/{id}</c>: a name per address would be no name.</summary>
    public static void UseSpanNames(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (context.Features.Get<IHttpActivityFeature>()?.Activity is { IsAllDataRequested: true } activity
            && context.GetEndpoint() is RouteEndpoint endpoint)
        {
            activity.DisplayName = $"{context.Request.Method} {endpoint.RoutePattern.RawText}";
            activity.SetTag("http.route", endpoint.RoutePattern.RawText);
        }
        return next(context);
    });

    /// <summary>Creates the SDK with the host, so that it listens from the start and flushes at the end.</summary>
    private sealed class TelemetryLifetime(OpenTelemetrySdk sdk) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            ArgumentNullException.ThrowIfNull(sdk.TracerProvider);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    /// <summary>
    /// Keeps every trace but those that would begin with a call of ours: the polls of readers and workers, ten a
    /// second, in which nothing happened.
    /// </summary>
    private sealed class NoLoneQueries : Sampler
    {
        public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
            new(samplingParameters.Kind == ActivityKind.Client ? SamplingDecision.Drop : SamplingDecision.RecordAndSample);
    }

    /// <summary>
    /// Removes query strings from spans: sign-in callbacks carry codes and states there, and platforms' replies
    /// carry subjects. Spans of health checks are not exported: every process is asked all the time.
    /// </summary>
    private sealed class PrivateSpans : BaseProcessor<Activity>
    {
        public override void OnEnd(Activity data)
        {
            if (IsOfHealthCheck(data))
                data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            data.SetTag("url.query", null);
            if (data.GetTagItem("url.full") is string address && address.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query)
                data.SetTag("url.full", address[..query]);
        }

        private static bool IsOfHealthCheck(Activity span)
        {
            while (span.Parent is { } parent)
                span = parent;
            var path = span.GetTagItem("url.path") as string
                ?? (Uri.TryCreate(span.GetTagItem("url.full") as string, UriKind.Absolute, out var address) ? address.AbsolutePath : "");
            return path.StartsWith("/health/", StringComparison.Ordinal);
        }
    }
}
