using System.Collections.Concurrent;
using Hutong.Gateway.Provider;
using Hutong.Gateway.Sites;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Hutong.Gateway.Exchange;

/// <summary>
/// Exchanges callers' access tokens for internal ones (RFC 8693) at the provider, one exchange at a time for each caller
/// and audience, and keeps them until shortly before they run out. Callers ask whether a session is over before they
/// take a token from here.
/// </summary>
internal sealed class TokenExchange(ProviderCalls provider, SiteDirectory sites, TimeProvider time) : IDisposable
{
    private const string GrantType = "urn:ietf:params:oauth:grant-type:token-exchange";
    private const string AccessTokenType = "urn:ietf:params:oauth:token-type:access_token";
    private const string JwtType = "urn:ietf:params:oauth:token-type:jwt";

    /// <summary>An internal token is used up to this long before it runs out: the call it goes with takes time, too.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    /// <summary>However long the provider lets one live, revoking holds after this long at the latest.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private const int MaxKept = 50_000;

    private readonly MemoryCache kept = new(new MemoryCacheOptions { SizeLimit = MaxKept });
    private readonly ConcurrentDictionary<ExchangeKey, Lazy<Task<InternalToken?>>> underWay = new();

    /// <summary>The internal token of a caller for a service.</summary>
    /// <param name="key">The caller, by a hash of what it sent, and the service.</param>
    /// <param name="accessToken">Yields the caller's access token when an exchange is needed; null when there is none any more.</param>
    /// <param name="cancellation">Ends this caller's waiting, not the exchange that others wait for.</param>
    /// <returns>The token; null when the caller's access token does not hold.</returns>
    /// <exception cref="HttpRequestException">The provider does not answer.</exception>
    public async Task<InternalToken?> For(
        ExchangeKey key, Func<CancellationToken, Task<string?>> accessToken, CancellationToken cancellation)
    {
        if (kept.TryGetValue(key, out InternalToken? known) && known!.UsableUntil > time.GetUtcNow())
            return known;
        var exchange = underWay.GetOrAdd(key, k => new Lazy<Task<InternalToken?>>(() => Exchange(k, accessToken)));
        return await exchange.Value.WaitAsync(cancellation);
    }

    /// <summary>Forgets a token that must be asked for again.</summary>
    public void Forget(ExchangeKey key) => kept.Remove(key);

    public void Dispose() => kept.Dispose();

    private async Task<InternalToken?> Exchange(ExchangeKey key, Func<CancellationToken, Task<string?>> accessToken)
    {
        try
        {
            // On no request's token: who began it may leave while others wait. The outgoing call has its own deadline.
            var askedAt = time.GetUtcNow();
            if (await accessToken(CancellationToken.None) is not { } subject || await Ask(key, subject) is not { } answer)
                return null;
            var lifetime = TimeSpan.FromSeconds(answer.ExpiresIn);
            var token = new InternalToken(
                answer.AccessToken, SidOf(answer.AccessToken), askedAt, askedAt + (lifetime < Longest ? lifetime : Longest) - Margin);
            kept.Set(key, token, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = Longest });
            return token;
        }
        finally
        {
            underWay.TryRemove(key, out _);
        }
    }

    private async Task<TokenAnswer?> Ask(ExchangeKey key, string accessToken)
    {
        var (tokens, refusal) = await provider.Token(sites.Gateway, new Dictionary<string, string>
        {
            ["grant_type"] = GrantType,
            ["subject_token"] = accessToken,
            ["subject_token_type"] = AccessTokenType,
            ["requested_token_type"] = JwtType,
            ["audience"] = key.Audience,
        }, CancellationToken.None);
        // A subject_token that does not hold is an invalid_request (RFC 8693, section 2.2.2).
        return refusal is null or { Error: "invalid_request" or "invalid_grant" or "invalid_token" }
            ? tokens
            : throw new HttpRequestException($"The provider refused a token exchange: {refusal.Error}.");
    }

    /// <summary>Read, not verified: it came from the provider itself, and the service verifies it.</summary>
    private static string? SidOf(string token) =>
        new JsonWebToken(token).TryGetPayloadValue<string>("sid", out var sid) ? sid : null;
}

/// <summary>Whose token for which service.</summary>
/// <param name="Caller">A hash of the cookie or bearer token, base64: never the secret itself.</param>
/// <param name="Audience">The service's name.</param>
internal readonly record struct ExchangeKey(string Caller, string Audience);
