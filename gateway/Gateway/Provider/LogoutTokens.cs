using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Hutong.Gateway.Provider;

/// <summary>What a valid logout token says.</summary>
/// <param name="Id">Its <c>jti</c>.</param>
/// <param name="Sid">The session that ended; null for all of the person's.</param>
/// <param name="Subject">Whose.</param>
/// <param name="ExpiresAt">It counts until then, UTC.</param>
internal sealed record LogoutToken(string Id, string? Sid, string? Subject, DateTimeOffset ExpiresAt);

/// <summary>Verifies logout tokens (OpenID Connect Back-Channel Logout 1.0, section 2.6).</summary>
internal sealed class LogoutTokens(SignedTokens tokens, TimeProvider time)
{
    public const string Event = "http://schemas.openid.net/event/backchannel-logout";

    /// <summary>Section 2.4: the time between issue and expiry should be at most two minutes. Older ones are refused.</summary>
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(2);

    // Explicit typing keeps any other token of the provider from passing for one (RFC 8725, section 3.11).
    private static readonly string[] Types = ["logout+jwt"];

    /// <summary>Verifies a logout token; whether its <c>jti</c> was seen before is for the caller to ask.</summary>
    /// <returns>What it says, or what is wrong with it.</returns>
    public async Task<(LogoutToken? Token, string? Defect)> Verify(string token, string clientId, CancellationToken cancellation)
    {
        var (jwt, defect) = await tokens.Verify(token, Types, clientId, cancellation);
        if (jwt is null)
            return (null, defect);
        if (time.GetUtcNow().UtcDateTime - jwt.IssuedAt > MaxAge + SignedTokens.ClockSkew)
            return (null, "iat");
        if (!NamesTheEvent(jwt))
            return (null, "events");
        if (jwt.TryGetClaim("nonce", out _))
            return (null, "nonce");
        if (jwt.Id is not { Length: > 0 and <= 255 } id)
            return (null, "jti");
        var sid = jwt.TryGetPayloadValue<string>("sid", out var named) && named.Length > 0 ? named : null;
        var subject = jwt.Subject is { Length: > 0 } sub ? sub : null;
        return sid is null && subject is null
            ? (null, "sid")
            : (new LogoutToken(id, sid, subject, new DateTimeOffset(jwt.ValidTo, TimeSpan.Zero) + SignedTokens.ClockSkew), null);
    }

    private static bool NamesTheEvent(JsonWebToken jwt) =>
        jwt.TryGetPayloadValue<JsonElement>("events", out var events)
        && events.ValueKind == JsonValueKind.Object
        && events.TryGetProperty(Event, out var member)
        && member.ValueKind == JsonValueKind.Object;
}
