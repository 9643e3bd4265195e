using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace Hutong.ServiceDefaults.Outgoing;

/// <summary>Named HTTP clients for calls to other processes, each with its own Polly pipeline.</summary>
public static class OutgoingCalls
{
    /// <summary>Set on a request that must not be repeated although its method is safe: some services take what is used up by GET.</summary>
    public static readonly HttpRequestOptionsKey<bool> Once = new("hutong.once");

    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan TotalTimeout = TimeSpan.FromSeconds(12);

    /// <summary>
    /// Adds a client by name: 12 s in all, 5 s an attempt, two retries of safe methods (unless <see cref="Once"/>) on a
    /// transient failure, and a circuit that opens for 10 s when half of at least 10 calls fail. A call that gets no answer throws
    /// <see cref="TimeoutRejectedException"/>, <see cref="BrokenCircuitException"/> or <see cref="HttpRequestException"/>.
    /// Redirects are not followed.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The client's name for <see cref="IHttpClientFactory"/>.</param>
    /// <param name="baseAddress">Where it calls.</param>
    public static IHttpClientBuilder AddOutgoing(this IServiceCollection services, string name, Uri baseAddress)
    {
        var pipeline = Pipeline();
        return services
            .AddHttpClient(name, client =>
            {
                client.BaseAddress = baseAddress;
                client.Timeout = Timeout.InfiniteTimeSpan;
                client.MaxResponseContentBufferSize = 1 << 20;
            })
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            })
            .AddHttpMessageHandler(() => new ResilienceHandler(pipeline))
            .RemoveAllLoggers();
    }

    /// <summary>Whether an exception means that the other side gave no answer, as opposed to a bug here.</summary>
    public static bool IsNoAnswer(Exception e) => e is TimeoutRejectedException or BrokenCircuitException or HttpRequestException;

    private static ResiliencePipeline<HttpResponseMessage> Pipeline()
    {
        var transient = new PredicateBuilder<HttpResponseMessage>()
            .Handle<HttpRequestException>()
            .Handle<TimeoutRejectedException>()
            .HandleResult(r => r.StatusCode is >= HttpStatusCode.InternalServerError or HttpStatusCode.RequestTimeout);
        var isTransient = transient.Build();
        return new ResiliencePipelineBuilder<HttpResponseMessage>()
            .AddTimeout(TotalTimeout)
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = 2,
                BackoffType = DelayBackoffType.Exponential,
                Delay = TimeSpan.FromMilliseconds(100),
                UseJitter = true,
                // A POST may have taken effect although its answer was lost; its caller decides.
                ShouldHandle = arguments => ValueTask.FromResult(
                    arguments.Context.Properties.GetValue(ResilienceHandler.IsSafe, false) && isTransient(arguments.Outcome)),
            })
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<HttpResponseMessage>
            {
                FailureRatio = 0.5,
                MinimumThroughput = 10,
                SamplingDuration = TimeSpan.FromSeconds(10),
                BreakDuration = TimeSpan.FromSeconds(10),
                ShouldHandle = transient,
            })
            .AddTimeout(AttemptTimeout)
            .Build();
    }
}

internal sealed class ResilienceHandler(ResiliencePipeline<HttpResponseMessage> pipeline) : DelegatingHandler
{
    public static readonly ResiliencePropertyKey<bool> IsSafe = new("hutong.safe");

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(
            IsSafe,
            (request.Method == HttpMethod.Get || request.Method == HttpMethod.Head) && !request.Options.TryGetValue(OutgoingCalls.Once, out _));
        try
        {
            return await pipeline.ExecuteAsync(
                static async (context, state) => await state.Base(state.Request, context.CancellationToken),
                context,
                (Base: (Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>>)base.SendAsync, Request: request));
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }
}
