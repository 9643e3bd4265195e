using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hutong.IdentityLink.Logout;
using Hutong.IdentityLink.SecurityEvents;
using Hutong.IdentityLink.Signing;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Hutong.IdentityLink.Provider;

/// <summary>
/// Writes and reads the signed tokens: straight to JSON, so that what a token costs is its signature.
/// </summary>
public sealed class Tokens(
    SigningKeys keys, Clients clients, SessionNames names, Issuer issuer, IOptions<ProviderOptions> options, TimeProvider time)
{
    /// <summary>How long an internal token holds: services accept none that lives longer.</summary>
    public static readonly TimeSpan InternalLifetime = TimeSpan.FromSeconds(60);

    /// <summary>OpenID Connect Back-Channel Logout 1.0, section 4: at most two minutes.</summary>
    public static readonly TimeSpan LogoutLifetime = TimeSpan.FromMinutes(2);

    private const string LogoutEvent = "http://schemas.openid.net/event/backchannel-logout";

    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };

    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>An id token (OpenID Connect Core, section 2), bound to the access token it comes with, signed as its client wants it.</summary>
    public ValueTask<string> IdToken(
        TokenGrant grant, string accessToken, CancellationToken cancellation, IEnumerable<KeyValuePair<string, string>>? asked = null) =>
        Sign(AlgorithmOf(grant.ClientId), "JWT", issuer.Public, grant.ClientId, options.Value.IdTokenLifetime, claims =>
        {
            claims.WriteString("sub", grant.Subject);
            claims.WriteString("sid", names.Of(grant.Sid, grant.ClientId));
            claims.WriteNumber("auth_time", grant.AuthTime.ToUnixTimeSeconds());
            claims.WriteString("acr", AuthenticationContext.AcrOf(grant.Account));
            if (AuthenticationContext.AmrOf(grant.Account) is { Count: > 0 } methods)
            {
                claims.WriteStartArray("amr");
                foreach (var method in methods)
                    claims.WriteStringValue(method);
                claims.WriteEndArray();
            }
            foreach (var (name, value) in asked ?? [])
                claims.WriteString(name, value);
            if (grant.Nonce is { } nonce)
                claims.WriteString("nonce", nonce);
            claims.WriteString("at_hash", Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(accessToken))[..16]));
        }, cancellation);

    /// <summary>A token that tells one service on whose behalf the gateway calls.</summary>
    /// <param name="grant">What the caller's access token stands for.</param>
    /// <param name="audience">The service.</param>
    /// <param name="nickname">What to call the person, for a service that shows them to others; otherwise null.</param>
    /// <param name="cancellation">Ends the signing.</param>
    public ValueTask<string> Internal(TokenGrant grant, string audience, string? nickname, CancellationToken cancellation) =>
        Sign(SigningAlgorithms.Es256, "at+jwt", issuer.Internal, audience, InternalLifetime, claims =>
        {
            claims.WriteNumber("nbf", time.GetUtcNow().ToUnixTimeSeconds());
            claims.WriteString("sub", grant.PersonId);
            claims.WriteString("sid", grant.Sid);
            claims.WriteString("client_id", grant.ClientId);
            claims.WriteString("scope", string.Join(' ', grant.Scopes));
            if (nickname is not null)
                claims.WriteString("nickname", nickname);
            claims.WriteString("jti", Guid.CreateVersion7());
        }, cancellation);

    /// <summary>Tells a client that a session is over (OpenID Connect Back-Channel Logout 1.0, section 2.4).</summary>
    public ValueTask<string> Logout(LogoutDelivery delivery, Guid jti, CancellationToken cancellation) =>
        Sign(AlgorithmOf(delivery.ClientId), "logout+jwt", issuer.Public, delivery.ClientId, LogoutLifetime, claims =>
        {
            claims.WriteString("sub", delivery.Subject);
            claims.WriteString("sid", names.Of(delivery.Sid, delivery.ClientId));
            claims.WriteString("jti", jti);
            claims.WriteStartObject("events");
            claims.WriteStartObject(LogoutEvent);
            claims.WriteEndObject();
            claims.WriteEndObject();
        }, cancellation);

    /// <summary>
    /// Tells a client what happened to somebody it knows (RFC 8417, section 2.2). Like any such token it has no end and no
    /// <c>sub</c>, so that it cannot pass for another kind of token.
    /// </summary>
    public ValueTask<string> Event(SecurityEvent happened, CancellationToken cancellation) =>
        Sign(AlgorithmOf(happened.ClientId), "secevent+jwt", issuer.Public, happened.ClientId, lifetime: null, claims =>
        {
            claims.WriteString("jti", happened.Id);
            claims.WriteNumber("toe", happened.OccurredAt.ToUnixTimeSeconds());
            SecurityEventPayload.Write(claims, happened, issuer, names);
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
            ValidAlgorithms = SigningAlgorithms.All,
            IssuerSigningKeys = (await keys.Ring(cancellation)).Verifying,
            TryAllIssuerSigningKeys = false,
        });
        return result is { IsValid: true, SecurityToken: JsonWebToken { Subject: { Length: > 0 } subject } jwt }
            && jwt.Audiences.FirstOrDefault() is { } clientId
            && jwt.TryGetValue<string>("sid", out var sid) && Guid.TryParse(sid, out var session)
                ? new IdTokenHint(clientId, subject, session)
                : null;
    }

    private string AlgorithmOf(string clientId) => clients.Find(clientId)?.IdTokenAlgorithm ?? SigningAlgorithms.Rs256;

    private async ValueTask<string> Sign(
        string algorithm, string type, string from, string audience, TimeSpan? lifetime, Action<Utf8JsonWriter> write, CancellationToken cancellation)
    {
        var ring = await keys.Ring(cancellation);
        var now = time.GetUtcNow();
        var json = new ArrayBufferWriter<byte>(512);
        using (var claims = new Utf8JsonWriter(json, Json))
        {
            claims.WriteStartObject();
            claims.WriteString("iss", from);
            claims.WriteString("aud", audience);
            claims.WriteNumber("iat", now.ToUnixTimeSeconds());
            if (lifetime is { } end)
                claims.WriteNumber("exp", (now + end).ToUnixTimeSeconds());
            write(claims);
            claims.WriteEndObject();
        }
        return ring.Signer(algorithm).Sign(type, json.WrittenSpan);
    }
}

/// <summary>What an id token that came back says.</summary>
/// <param name="ClientId">Whom it was made for.</param>
/// <param name="Subject">Whom it speaks of, as that client knows them.</param>
/// <param name="Sid">In which session, by its name there.</param>
public sealed record IdTokenHint(string ClientId, string Subject, Guid Sid);
