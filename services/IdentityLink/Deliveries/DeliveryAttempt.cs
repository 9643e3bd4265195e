using System.Net;
using Hutong.IdentityLink.Provider;
using Hutong.ServiceDefaults.Outgoing;

namespace Hutong.IdentityLink.Deliveries;

/// <summary>How one attempt went.</summary>
/// <param name="Result"><c>delivered</c>, <c>refused</c>, a word of the client's, or why there was no answer, see <see cref="PartnerCalls.ReasonOf"/>.</param>
/// <param name="Status">The status of the answer; null where there was none.</param>
internal sealed record DeliveryResult(string Result, int? Status)
{
    public const string Delivered = "delivered";
    public const string Refused = "refused";
    public const string GivenUp = "given_up";

    public bool IsDelivered => Result == Delivered;
}

/// <summary>Sends what is to be delivered.</summary>
internal static class Sending
{
    /// <summary>Posts to an address that a client chose.</summary>
    /// <param name="http">Makes the guarded client.</param>
    /// <param name="to">The client.</param>
    /// <param name="address">The address.</param>
    /// <param name="content">What is delivered.</param>
    /// <param name="taken">The statuses that say that it was taken.</param>
    /// <param name="refusal">Why it was not, by the answer's own words.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<DeliveryResult> Deliver(
        this IHttpClientFactory http, Client to, string address, HttpContent content, IReadOnlyList<HttpStatusCode> taken,
        Func<HttpResponseMessage, Task<string?>>? refusal, CancellationToken cancellation)
    {
        try
        {
            using var client = http.CreateClient(to.IsConfigured ? PartnerCalls.ConfiguredName : PartnerCalls.ClientName);
            using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
            request.Options.Set(PartnerCalls.For, to.Id);
            using var answer = await client.SendAsync(request, cancellation);
            if (taken.Contains(answer.StatusCode))
                return new(DeliveryResult.Delivered, (int)answer.StatusCode);
            var said = refusal is null ? null : await refusal(answer);
            return new(said ?? DeliveryResult.Refused, (int)answer.StatusCode);
        }
        catch (Exception e) when (OutgoingCalls.IsNoAnswer(e))
        {
            return new(PartnerCalls.ReasonOf(e), Status: null);
        }
    }
}
