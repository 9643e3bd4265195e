using System.Collections.Concurrent;
using System.Security.Cryptography;
using Hutong.Simulators.Platforms;

namespace Hutong.Simulators.WeChat;

/// <summary>What a sign-in gave an app: to whom, whether the union id may be told, and how the account is called there.</summary>
internal sealed record WeChatGrant(Grant Grant, string OpenId, bool TellsUnionId, bool IsSnapshot);

/// <summary>Access tokens for two hours, refresh tokens for thirty days.</summary>
internal sealed class WeChatTokens(TimeProvider time)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(7200);
    private static readonly TimeSpan RefreshLifetime = TimeSpan.FromDays(30);

    private readonly ConcurrentDictionary<string, (WeChatGrant Grant, DateTimeOffset Until)> _access = new();
    private readonly ConcurrentDictionary<string, (WeChatGrant Grant, DateTimeOffset Until)> _refresh = new();

    public string Issue(WeChatGrant grant) => Add(_access, grant, Lifetime);

    public string IssueRefresh(WeChatGrant grant) => Add(_refresh, grant, RefreshLifetime);

    public (WeChatGrant Grant, bool Expired)? Find(string? token) => Find(_access, token);

    public (WeChatGrant Grant, bool Expired)? FindRefresh(string? token) => Find(_refresh, token);

    private string Add(ConcurrentDictionary<string, (WeChatGrant, DateTimeOffset)> issued, WeChatGrant grant, TimeSpan lifetime)
    {
        var token = $"{RandomNumberGenerator.GetInt32(10, 99)}_{RandomNumberGenerator.GetHexString(64)}";
        issued[token] = (grant, time.GetUtcNow() + lifetime);
        return token;
    }

    private (WeChatGrant, bool)? Find(ConcurrentDictionary<string, (WeChatGrant Grant, DateTimeOffset Until)> issued, string? token) =>
        token is not null && issued.TryGetValue(token, out var entry) ? (entry.Grant, entry.Until <= time.GetUtcNow()) : null;
}
