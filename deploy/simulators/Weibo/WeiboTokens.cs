using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Hutong.Simulators.People;
using Hutong.Simulators.Platforms;

namespace Hutong.Simulators.Weibo;

/// <summary>What an access token stands for.</summary>
internal sealed record WeiboToken(string ClientId, string? Scope, Person Person, DateTimeOffset CreatedAt)
{
    /// <summary>Two hours; there is no refresh token for web apps.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(7200);

    public DateTimeOffset Until => CreatedAt + Lifetime;

    /// <summary>Weibo joins scopes by commas; <c>all</c> stands for every one the app may ask for.</summary>
    public bool Has(string scope) => (Scope ?? "").Split(',', StringSplitOptions.TrimEntries) is var scopes
        && (scopes.Contains(scope) || scopes.Contains("all"));
}

/// <summary>The access tokens issued since the start.</summary>
internal sealed class WeiboTokens(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, WeiboToken> _issued = new();

    public string Issue(Grant grant)
    {
        var token = $"2.00{RandomNumberGenerator.GetString("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 28)}";
        _issued[token] = new WeiboToken(grant.ClientId, grant.Scope, grant.Person, time.GetUtcNow());
        return token;
    }

    /// <summary>The token, or the error that says why it is none.</summary>
    public bool TryFind(string? value, [NotNullWhen(true)] out WeiboToken? token, [NotNullWhen(false)] out WeiboError? error)
    {
        token = null;
        error = null;
        if (value is null)
            error = WeiboError.MissingSource;
        else if (!_issued.TryGetValue(value, out var found))
            error = WeiboError.InvalidAccessToken;
        else if (found.Until <= time.GetUtcNow())
            error = WeiboError.ExpiredToken;
        else
            token = found;
        return token is not null;
    }

    public void Revoke(string value) => _issued.TryRemove(value, out _);
}
