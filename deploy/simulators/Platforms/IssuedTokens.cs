using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Hutong.Simulators.Platforms;

/// <summary>Tokens of one kind at one platform, issued since the start.</summary>
internal sealed class IssuedTokens(TimeProvider time, TimeSpan lifetime)
{
    private readonly ConcurrentDictionary<string, (Grant Grant, DateTimeOffset Until)> _issued = new();

    public TimeSpan Lifetime => lifetime;

    public string Issue(Grant grant, string? token = null)
    {
        token ??= RandomNumberGenerator.GetHexString(32);
        _issued[token] = (grant, time.GetUtcNow() + lifetime);
        return token;
    }

    /// <summary>What a token stands for; null where it is unknown.</summary>
    public (Grant Grant, bool Expired)? Find(string? token) =>
        token is not null && _issued.TryGetValue(token, out var entry) ? (entry.Grant, entry.Until <= time.GetUtcNow()) : null;
}
