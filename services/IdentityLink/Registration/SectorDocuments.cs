using System.Text.Json;
using Hutong.EventStore.Commands;
using Hutong.ServiceDefaults.Outgoing;

namespace Hutong.IdentityLink.Registration;

/// <summary>
/// The documents by which a host speaks for the addresses of clients (OpenID Connect Core, section 8.1; OpenID Connect Dynamic
/// Client Registration 1.0, section 5). Read when a client is registered or changed, as the specification has it, and when it is approved.
/// </summary>
public sealed class SectorDocuments(IHttpClientFactory http)
{
    /// <summary>Checks that a client's document, if it names one, lists all its redirect addresses.</summary>
    /// <param name="owner">Whose client it is.</param>
    /// <param name="metadata">What it is to be.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>Null where it does, or there is none; otherwise what is wrong.</returns>
    public async Task<Rejection?> Check(Guid owner, ClientMetadata metadata, CancellationToken cancellation)
    {
        if (metadata.SectorIdentifierUri is not { } address)
            return null;
        try
        {
            using var client = http.CreateClient(PartnerCalls.ClientName);
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Options.Set(PartnerCalls.For, owner.ToString());
            using var answer = await client.SendAsync(request, cancellation);
            if (!answer.IsSuccessStatusCode)
                return Fault($"answered with status {(int)answer.StatusCode}; redirects are not followed");
            var listed = await JsonSerializer.DeserializeAsync(
                await answer.Content.ReadAsStreamAsync(cancellation), ClientRowJson.Default.StringArray, cancellation);
            return listed is not null && metadata.RedirectUris.Except(listed, StringComparer.Ordinal).FirstOrDefault() is not { } missing
                ? null
                : Fault("does not list every one of redirect_uris");
        }
        catch (JsonException)
        {
            return Fault("is no JSON array of addresses");
        }
        catch (Exception e) when (OutgoingCalls.IsNoAnswer(e))
        {
            return Fault($"could not be read: {PartnerCalls.ReasonOf(e)}");
        }
    }

    private static Rejection Fault(string what) => new(MetadataRules.InvalidMetadata, $"The document at sector_identifier_uri {what}.");
}
