using System.Collections.Concurrent;
using System.Security.Cryptography;
using Hutong.Simulators.People;

namespace Hutong.Simulators.Platforms;

/// <summary>What a person agreed to: who, for which app, to be sent where.</summary>
internal sealed record Grant(string ClientId, string RedirectUri, string? Scope, Person Person);

/// <summary>The codes of one platform. A code is spent by its first presentation, right or wrong.</summary>
internal sealed class AuthorizationCodes(TimeProvider time)
{
    /// <summary>RFC 6749, section 4.1.2, recommends ten minutes at most.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, (Grant Grant, DateTimeOffset Until)> _issued = new();

    public string Issue(Grant grant)
    {
        var now = time.GetUtcNow();
        foreach (var (old, entry) in _issued)
            if (entry.Until <= now)
                _issued.TryRemove(old, out _);

        var code = RandomNumberGenerator.GetHexString(32, lowercase: true);
        _issued[code] = (grant, now + Lifetime);
        return code;
    }

    /// <summary>The grant behind a code that is known, in time and unused; null otherwise.</summary>
    public Grant? Take(string code) =>
        _issued.TryRemove(code, out var entry) && time.GetUtcNow() < entry.Until ? entry.Grant : null;
}
