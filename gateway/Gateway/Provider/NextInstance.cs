namespace Hutong.Gateway.Provider;

/// <summary>
/// Spreads calls over a service's instances in turn. One that takes no connection is passed over: nothing was sent, so
/// even a POST may go to the next.
/// </summary>
internal sealed class NextInstance(IReadOnlyList<Uri> instances) : DelegatingHandler
{
    private uint turn;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.PathAndQuery;
        for (var left = instances.Count; ; left--)
        {
            request.RequestUri = new Uri(instances[(int)(Interlocked.Increment(ref turn) % (uint)instances.Count)], path);
            try
            {
                return await base.SendAsync(request, cancellationToken);
            }
            catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.ConnectionError && left > 1)
            {
            }
        }
    }
}
