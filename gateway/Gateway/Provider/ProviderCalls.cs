using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Serialization;
using Hutong.Gateway.Sites;

namespace Hutong.Gateway.Provider;

/// <summary>Tokens as the provider's token endpoint gives them (RFC 6749, section 5.1).</summary>
/// <param name="AccessToken">Opaque, or for an exchange the internal token.</param>
/// <param name="ExpiresIn">Seconds.</param>
/// <param name="RefreshToken">Null when there is none.</param>
/// <param name="IdToken">Null when there is none.</param>
internal sealed record TokenAnswer(string AccessToken, long ExpiresIn, string? RefreshToken, string? IdToken);

/// <summary>Why the token endpoint refused (RFC 6749, section 5.2).</summary>
internal sealed record TokenRefusal(string Error);

/// <summary>Calls to the provider between our own processes: by its internal address.</summary>
internal sealed class ProviderCalls(IHttpClientFactory http)
{
    public const string HttpClientName = "identity-link";

    /// <summary>Asks the token endpoint.</summary>
    /// <returns>Tokens, or why there are none.</returns>
    /// <exception cref="HttpRequestException">No answer, or one that is no token endpoint's.</exception>
    public async Task<(TokenAnswer? Tokens, TokenRefusal? Refusal)> Token(
        Client client, IReadOnlyDictionary<string, string> parameters, CancellationToken cancellation)
    {
        using var caller = http.CreateClient(HttpClientName);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/token", UriKind.Relative))
        {
            Content = new FormUrlEncodedContent(parameters),
            Headers = { Authorization = Basic(client) },
        };
        using var answer = await caller.SendAsync(request, cancellation);
        if (answer.StatusCode is HttpStatusCode.BadRequest)
        {
            var refusal = await answer.Content.ReadFromJsonAsync(ProviderJson.Default.TokenRefusal, cancellation);
            return (null, refusal);
        }
        // Also when it does not take our credentials: that is our fault, not the caller's.
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync(ProviderJson.Default.TokenAnswer, cancellation), null);
    }

    /// <summary>The provider's key set (RFC 7517), as it is.</summary>
    public async Task<string> KeySet(CancellationToken cancellation)
    {
        using var caller = http.CreateClient(HttpClientName);
        return await caller.GetStringAsync(new Uri("/jwks", UriKind.Relative), cancellation);
    }

    /// <summary>Id and secret are form-encoded before they are joined (RFC 6749, section 2.3.1).</summary>
    private static AuthenticationHeaderValue Basic(Client client) => new("Basic", Convert.ToBase64String(
        Encoding.UTF8.GetBytes($"{Uri.EscapeDataString(client.Id)}:{Uri.EscapeDataString(client.Secret)}")));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(TokenAnswer))]
[JsonSerializable(typeof(TokenRefusal))]
internal sealed partial class ProviderJson : JsonSerializerContext;
