using System.Net;
using Microsoft.Extensions.Caching.Memory;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace Hutong.ServiceDefaults.Outgoing;

/// <summary>Lets a call through to a partner's host unless its address or the host's recent answers speak against it, and reads the answer within bounds.</summary>
internal sealed class PartnerCallGuard(PartnerCircuits circuits, PartnerCallOptions options, bool isConfigured) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri is not { } address || !PartnerCalls.MayCall(address, options, isConfigured))
            throw new AddressRefusedException();
        return await circuits.Of(request.Options.TryGetValue(PartnerCalls.For, out var whom) ? whom : "", address).ExecuteAsync(
            static async (state, cancellation) => await state.Guard.Read(state.Request, cancellation), (Guard: this, Request: request), cancellationToken);
    }

    // Here and not by the client, so that a host that sends its answer byte by byte is subject to the timeout as well.
    private async Task<HttpResponseMessage> Read(HttpRequestMessage request, CancellationToken cancellation)
    {
        var answer = await base.SendAsync(request, cancellation);
        try
        {
            await answer.Content.LoadIntoBufferAsync(PartnerCalls.LongestAnswer, cancellation);
            return answer;
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }
}

/// <summary>
/// A circuit for whom calls are made and per host and port that was called lately: it opens for 10 s when half of at least 10
/// calls within 10 s fail, and nobody opens another's. There are at most so many; a call beyond them has one of its own.
/// </summary>
internal sealed class PartnerCircuits : IDisposable
{
    private const int AtMost = 2000;

    private static readonly TimeSpan KeptUnused = TimeSpan.FromMinutes(1);

    private readonly MemoryCache circuits = new(new MemoryCacheOptions { SizeLimit = AtMost });

    public ResiliencePipeline<HttpResponseMessage> Of(string whom, Uri address) =>
        circuits.GetOrCreate((whom, address.Authority), entry =>
        {
            entry.SetSize(1).SetSlidingExpiration(KeptUnused);
            return New();
        })!;

    public void Dispose() => circuits.Dispose();

    private static ResiliencePipeline<HttpResponseMessage> New() => new ResiliencePipelineBuilder<HttpResponseMessage>()
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions<HttpResponseMessage>
        {
            FailureRatio = 0.5,
            MinimumThroughput = 10,
            SamplingDuration = TimeSpan.FromSeconds(10),
            BreakDuration = TimeSpan.FromSeconds(10),
            ShouldHandle = new PredicateBuilder<HttpResponseMessage>()
                .Handle<HttpRequestException>()
                .Handle<TimeoutRejectedException>()
                .HandleResult(answer => answer.StatusCode is >= HttpStatusCode.InternalServerError or HttpStatusCode.RequestTimeout),
        })
        .AddTimeout(PartnerCalls.Timeout)
        .Build();
}
