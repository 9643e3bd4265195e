using System.Text.Json;
using Hutong.EventStore.Commands;
using Microsoft.IdentityModel.Tokens;

namespace Hutong.IdentityLink.Platforms.OpenIdConnect;

/// <summary>What a provider says of itself (OpenID Connect Discovery 1.0), as far as it is used here.</summary>
/// <param name="AuthorizationEndpoint">For browsers.</param>
/// <param name="TokenEndpoint">As this process reaches it.</param>
/// <param name="KeysAddress">As this process reaches it.</param>
/// <param name="UserInfoEndpoint">As this process reaches it; null where there is none.</param>
/// <param name="NamesItselfInAnswers">Whether its answers carry <c>iss</c> (RFC 9207).</param>
/// <param name="TakesBasic">Whether the token endpoint takes our secret as HTTP Basic, else in the form.</param>
internal sealed record Metadata(
    Uri AuthorizationEndpoint, Uri TokenEndpoint, Uri KeysAddress, Uri? UserInfoEndpoint, bool NamesItselfInAnswers, bool TakesBasic);

/// <summary>A provider's discovery document and keys, read when first needed and again from time to time.</summary>
internal sealed class ProviderMetadata(OpenIdConnectOptions options, PlatformApi api, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private readonly Uri issuer = new(options.Issuer);
    private Known<Metadata>? known;
    private Known<SecurityKey[]>? knownKeys;

    /// <summary>The origins of its authorize page, as far as they are known.</summary>
    public IReadOnlyList<string> AuthorizeOrigins =>
    [
        .. new[] { options.AuthorizeOrigin ?? OriginOf(issuer), known is { } read ? OriginOf(read.Value.AuthorizationEndpoint) : null }
            .OfType<string>().Distinct(),
    ];

    /// <summary>What the provider says of itself.</summary>
    public async Task<Outcome<Metadata>> Get(CancellationToken cancellation)
    {
        if (known is { } read && time.GetUtcNow() < read.Until)
            return read.Value;
        var document = await api.Get(Reach(new Uri($"{options.Issuer.TrimEnd('/')}/.well-known/openid-configuration")).AbsoluteUri, cancellation);
        if (!document.Succeeded)
            // Endpoints rarely move: what it said before is better than nothing.
            return known is { } before ? before.Value : new Rejection(PlatformRejections.Unavailable);
        if (Parse(document.Value) is not { } metadata)
            return api.Refuse(PlatformRejections.Unavailable, "a discovery document that is unfit or another issuer's");
        known = new(metadata, time.GetUtcNow() + Lifetime);
        return metadata;
    }

    /// <summary>The key of a name. One that is not known yet may be new: then the keys are asked for once more.</summary>
    /// <param name="metadata">Where the keys are.</param>
    /// <param name="kid">The name; null fits where there is one key only (OpenID Connect Core, section 10.1).</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The key, or a rejection.</returns>
    public async Task<Outcome<SecurityKey>> Key(Metadata metadata, string? kid, CancellationToken cancellation)
    {
        if (knownKeys is { } read && time.GetUtcNow() < read.Until && Find(read.Value, kid) is { } usual)
            return usual;
        var document = await api.Get(metadata.KeysAddress.AbsoluteUri, cancellation);
        if (!document.Succeeded)
            return document.Rejection;
        if (Keys(document.Value) is not { } keys)
            return api.Refuse(PlatformRejections.Unavailable, "no key set");
        knownKeys = new(keys, time.GetUtcNow() + Lifetime);
        return Find(keys, kid) is { } found ? found : api.Refuse(PlatformRejections.Unproven, "an unknown key");
    }

    private static SecurityKey? Find(SecurityKey[] keys, string? kid) =>
        kid is null ? (keys.Length == 1 ? keys[0] : null) : Array.Find(keys, key => key.KeyId == kid);

    /// <summary>Public keys alone: a symmetric one in a published set would sign for anybody who reads it.</summary>
    private static SecurityKey[]? Keys(JsonElement document)
    {
        try
        {
            return
            [
                .. new JsonWebKeySet(document.GetRawText()).Keys
                    .Where(key => key.Kty is JsonWebAlgorithmsKeyTypes.RSA or JsonWebAlgorithmsKeyTypes.EllipticCurve && key.Use is null or "" or "sig"),
            ];
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>The issuer must be the one that was asked, to the letter (Discovery 1.0, section 4.3).</summary>
    private Metadata? Parse(JsonElement document) =>
        document.TextOf("issuer") == options.Issuer
        && Endpoint(document, "authorization_endpoint") is { } authorize
        && Endpoint(document, "token_endpoint") is { } token
        && Endpoint(document, "jwks_uri") is { } keys
            ? new Metadata(
                authorize, Reach(token), Reach(keys),
                Endpoint(document, "userinfo_endpoint") is { } userInfo ? Reach(userInfo) : null,
                document.Inside("authorization_response_iss_parameter_supported").ValueKind == JsonValueKind.True,
                TakesBasic(document.Inside("token_endpoint_auth_methods_supported")))
            : null;

    private static bool TakesBasic(JsonElement methods) =>
        methods.ValueKind != JsonValueKind.Array
        || methods.EnumerateArray().Any(method => method.ValueEquals("client_secret_basic"))
        || !methods.EnumerateArray().Any(method => method.ValueEquals("client_secret_post"));

    /// <summary>An address; without encryption only where the issuer itself has none.</summary>
    private Uri? Endpoint(JsonElement document, string name) =>
        Uri.TryCreate(document.TextOf(name), UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && issuer.Scheme == Uri.UriSchemeHttp))
            ? address
            : null;

    /// <summary>What is on the issuer's host may be reached elsewhere from here.</summary>
    private Uri Reach(Uri address) =>
        options.ApiAddress is { } api && OriginOf(address) == OriginOf(issuer) ? new Uri(new Uri(api), address.PathAndQuery) : address;

    private static string OriginOf(Uri address) => address.GetLeftPart(UriPartial.Authority);

    private sealed record Known<T>(T Value, DateTimeOffset Until);
}
