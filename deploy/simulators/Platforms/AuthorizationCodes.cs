using System.Collections.Concurrent;
using System.Security.Cryptography;
using Hutong.Simulators.People;

namespace Hutong.Simulators.Platforms;

/// <summary>What a person agreed to: who, for which app, to be sent where.</summary>
internal sealed record Grant(string ClientId, string RedirectUri, string? Scope, Person Person)
{
    /// <summary>OpenID Connect's <c>nonce</c>, if one was sent.</summary>
    public string? Nonce { get; init; }

    /// <summary>The S256 challenge, if one was sent (RFC 7636).</summary>
    public string? CodeChallenge { get; init; }
}

/// <summary>The codes of one platform. A code is spent by its first presentation, right or wrong.</summary>
internal sealed class AuthorizationCodes(TimeProvider time)
{
    /// <summary>RFC 6749, section 4.1.2, recommends ten minutes at most.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, (Grant Grant, DateTimeOffset Until)> _issued = new();
    private readonly ConcurrentDictionary<string, DateTimeOffset> _spent = new();

    public string Issue(Grant grant)
    {
        var now = time.GetUtcNow();
        foreach (var (old, entry) in _issued)
            if (entry.Until <= now)
                _issued.TryRemove(old, out _);
        foreach (var (old, until) in _spent)
            if (until <= now)
                _spent.TryRemove(old, out _);

        var code = RandomNumberGenerator.GetHexString(32, lowercase: true);
        _issued[code] = (grant, now + Lifetime);
        return code;
    }

    /// <summary>A code that was presented before: what a platform that repeats itself hands out.</summary>
    public string IssueSpent(Grant grant)
    {
        if (_spent.Keys.FirstOrDefault() is { } before)
            return before;
        var code = Issue(grant);
        Take(code);
        return code;
    }

    /// <summary>The grant behind a code that is known, in time and unused; null otherwise.</summary>
    public Grant? Take(string code)
    {
        if (!_issued.TryRemove(code, out var entry))
            return null;
        _spent[code] = entry.Until;
        return time.GetUtcNow() < entry.Until ? entry.Grant : null;
    }

    /// <summary>Whether a code was presented before: some platforms say so.</summary>
    public bool IsSpent(string code) => _spent.ContainsKey(code);
}
