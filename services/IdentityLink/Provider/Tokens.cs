using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Hutong.IdentityLink.Provider;

/// <summary>Writes and reads the signed tokens.</summary>
public sealed class Tokens(SigningKeys keys, Issuer issuer, IOptions<ProviderOptions> options, TimeProvider time)
{
    /// <summary>How long an internal token holds: services accept none that lives longer.</summary>
    public static readonly TimeSpan InternalLifetime = TimeSpan.FromSeconds(60);

    /// <summary>OpenID Connect Back-Channel Logout 1.0, section 4: at most two minutes.</summary>
    private static readonly TimeSpan LogoutLifetime = TimeSpan.FromMinutes(2);

    private const string LogoutEvent = "http://schemas.openid.net/event/backchannel-logout";

    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <summary>An id token (OpenID Connect Core, section 2), bound to the access token it comes with.</summary>
    public Task<string> IdToken(TokenGrant grant, string accessToken, CancellationToken cancellation) =>
        Sign("JWT", issuer.Public, grant.ClientId, options.Value.IdTokenLifetime, new()
        {
            ["sub"] = grant.Subject,
            ["sid"] = grant.Sid.ToString(),
            ["auth_time"] = grant.AuthTime.ToUnixTimeSeconds(),
            ["nonce"] = grant.Nonce,
            ["at_hash"] = Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(accessToken))[..16]),
        }, cancellation);

    /// <summary>A token that tells one service on whose behalf the gateway calls.</summary>
    /// <param name="grant">What the caller's access token stands for.</param>
    /// <param name="audience">The service.</param>
    /// <param name="nickname">What to call the person, for a service that shows them to others; otherwise null.</param>
    /// <param name="cancellation">Ends the signing.</param>
    public Task<string> Internal(TokenGrant grant, string audience, string? nickname, CancellationToken cancellation) =>
        Sign("at+jwt", issuer.Internal, audience, InternalLifetime, new()
        {
            ["sub"] = grant.PersonId.ToString(),
            ["sid"] = grant.Sid.ToString(),
            ["client_id"] = grant.ClientId,
            ["scope"] = string.Join(' ', grant.Scopes),
            ["nickname"] = nickname,
            ["jti"] = Guid.CreateVersion7().ToString(),
        }, cancellation);

    /// <summary>Tells a client that a session is over (OpenID Connect Back-Channel Logout 1.0, section 2.4).</summary>
    public Task<string> Logout(LogoutDelivery delivery, CancellationToken cancellation) =>
        Sign("logout+jwt", issuer.Public, delivery.ClientId, LogoutLifetime, new()
        {
            ["sub"] = delivery.Subject,
            ["sid"] = delivery.Sid.ToString(),
            ["jti"] = Guid.CreateVersion7().ToString(),
            ["events"] = new Dictionary<string, object> { [LogoutEvent] = new Dictionary<string, object>() },
        }, cancellation);

    /// <summary>
    /// Reads an id token of ours that comes back as a hint: it may have expired, but not be altered
    /// (OpenID Connect RP-Initiated Logout 1.0, section 2).
    /// </summary>
    public async Task<IdTokenHint?> ReadHint(string? token, CancellationToken cancellation)
    {
        if (token is null)
            return null;
        var result = await Handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = issuer.Public,
            ValidateAudience = false,
            ValidateLifetime = false,
            ValidTypes = ["JWT"],
            ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
            IssuerSigningKeys = await keys.All(cancellation),
        });
        return result is { IsValid: true, SecurityToken: JsonWebToken { Subject: { Length: > 0 } subject } jwt }
            && jwt.Audiences.FirstOrDefault() is { } clientId
            && jwt.TryGetValue<string>("sid", out var sid) && Guid.TryParse(sid, out var session)
                ? new IdTokenHint(clientId, subject, session)
                : null;
    }

    private async Task<string> Sign(
        string type, string from, string audience, TimeSpan lifetime, Dictionary<string, object?> claims, CancellationToken cancellation)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return Handler.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = type,
            Issuer = from,
            Audience = audience,
            IssuedAt = now,
            NotBefore = type == "at+jwt" ? now : null,
            Expires = now + lifetime,
            Claims = claims.Where(claim => claim.Value is not null).ToDictionary(claim => claim.Key, claim => claim.Value!),
            SigningCredentials = await keys.Current(cancellation),
        });
    }
}

/// <summary>What an id token that came back says.</summary>
/// <param name="ClientId">Whom it was made for.</param>
/// <param name="Subject">Whom it speaks of, as that client knows them.</param>
/// <param name="Sid">In which session.</param>
public sealed record IdTokenHint(string ClientId, string Subject, Guid Sid);
