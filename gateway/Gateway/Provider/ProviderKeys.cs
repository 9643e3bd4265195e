using Microsoft.IdentityModel.Tokens;

namespace Hutong.Gateway.Provider;

/// <summary>The keys that the provider signs with, as last read from it.</summary>
internal sealed class ProviderKeys(ProviderCalls provider, TimeProvider time) : IDisposable
{
    /// <summary>A key that is withdrawn stops counting after this long.</summary>
    private static readonly TimeSpan RefreshAfter = TimeSpan.FromMinutes(5);

    /// <summary>Tokens with made-up key ids must not make us ask all the time.</summary>
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim reading = new(1, 1);
    private KeySet? current;

    /// <summary>The key of an id. One that is unknown is looked for anew: the provider may have begun to use it just now.</summary>
    public async Task<SecurityKey?> Find(string? keyId, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(keyId))
            return null;
        if (Known(keyId, RefreshAfter) is { } known)
            return known;
        await reading.WaitAsync(cancellation);
        try
        {
            if (current is null || time.GetUtcNow() - current.ReadAt > AskAgainAfter)
                current = new KeySet(await Read(cancellation), time.GetUtcNow());
            return Known(keyId, RefreshAfter);
        }
        finally
        {
            reading.Release();
        }
    }

    public void Dispose() => reading.Dispose();

    private SecurityKey? Known(string keyId, TimeSpan notOlderThan) =>
        current is { } set && time.GetUtcNow() - set.ReadAt <= notOlderThan ? set.Keys.GetValueOrDefault(keyId) : null;

    private async Task<Dictionary<string, SecurityKey>> Read(CancellationToken cancellation) =>
        new JsonWebKeySet(await provider.KeySet(cancellation)).GetSigningKeys()
            .Where(key => !string.IsNullOrEmpty(key.KeyId))
            .ToDictionary(key => key.KeyId, StringComparer.Ordinal);

    private sealed record KeySet(Dictionary<string, SecurityKey> Keys, DateTimeOffset ReadAt);
}
