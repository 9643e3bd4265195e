using System.Net.Http.Headers;
using System.Text;
using Hutong.EventStore.Commands;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Hutong.IdentityLink.Platforms.OpenIdConnect;

/// <summary>
/// Any OpenID Connect provider, by configuration alone: code flow with PKCE, and an id token that is checked. The
/// account is issuer and subject; no address or name it tells ever selects anybody.
/// </summary>
internal sealed class OpenIdConnectPlatform(string name, OpenIdConnectOptions options, PlatformApi api, TimeProvider time) : IPlatform
{
    private const int LongestSubject = 255;

    private readonly ProviderMetadata metadata = new(options, api, time);

    public string Name => name;

    public (string Chinese, string English) Title => (options.Title.Chinese, options.Title.English);

    public Side Side => options.Side;

    public IReadOnlyList<string> AuthorizeOrigins => metadata.AuthorizeOrigins;

    public IReadOnlyList<string> SubjectsOf(string identifier) => [SubjectOf(identifier)];

    public async ValueTask<Outcome<Uri>> AuthorizeAddress(PlatformVisit visit, CancellationToken cancellation)
    {
        var provider = await metadata.Get(cancellation);
        if (!provider.Succeeded)
            return provider.Rejection;
        return new Uri(QueryHelpers.AddQueryString(provider.Value.AuthorizationEndpoint.AbsoluteUri, new Dictionary<string, string?>
        {
            ["response_type"] = "code",
            ["client_id"] = options.ClientId,
            ["redirect_uri"] = visit.Callback.AbsoluteUri,
            ["scope"] = options.Scope,
            ["state"] = visit.State,
            ["nonce"] = visit.Nonce,
            ["code_challenge"] = visit.CodeChallenge,
            ["code_challenge_method"] = "S256",
        }));
    }

    public async Task<Outcome<PlatformAccount>> Redeem(PlatformVisit visit, PlatformAnswer answer, CancellationToken cancellation)
    {
        var provider = await metadata.Get(cancellation);
        if (!provider.Succeeded)
            return provider.Rejection;
        // Before the code is shown to anybody (RFC 9207, section 2.4).
        if (answer.Issuer is null ? provider.Value.NamesItselfInAnswers : answer.Issuer != options.Issuer)
            return api.Refuse(PlatformRejections.Unproven, "an answer of another issuer");

        var token = await api.Send(TokenRequest(visit, answer, provider.Value), cancellation);
        if (!token.Succeeded)
            return token.Rejection;
        if (token.Value.TextOf("id_token") is not { } idToken)
            return api.Refuse(PlatformRejections.Unavailable, "no id_token");
        var accessToken = token.Value.TextOf("access_token");
        var claims = await new IdTokens(options, metadata, api, time).Check(idToken, accessToken, visit, provider.Value, cancellation);
        if (!claims.Succeeded)
            return claims.Rejection;
        if (claims.Value.Subject is not { Length: > 0 and <= LongestSubject } subject)
            return api.Refuse(PlatformRejections.Unproven, "no sub");
        return new PlatformAccount(
            name, SubjectOf(subject),
            NameIn(claims.Value) ?? await NameFromUserInfo(provider.Value, accessToken, subject, cancellation));
    }

    /// <summary>An address has no space, so that no two pairs make the same text.</summary>
    private string SubjectOf(string sub) => $"{options.Issuer} {sub}";

    private HttpRequestMessage TokenRequest(PlatformVisit visit, PlatformAnswer answer, Metadata provider)
    {
        List<(string, string)> form =
        [
            ("grant_type", "authorization_code"),
            ("code", answer.Code),
            ("redirect_uri", visit.Callback.AbsoluteUri),
            ("code_verifier", visit.CodeVerifier),
        ];
        var request = new HttpRequestMessage(HttpMethod.Post, provider.TokenEndpoint);
        if (provider.TakesBasic)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(
                Encoding.UTF8.GetBytes($"{Uri.EscapeDataString(options.ClientId)}:{Uri.EscapeDataString(options.ClientSecret)}")));
        }
        else
        {
            form.AddRange([("client_id", options.ClientId), ("client_secret", options.ClientSecret)]);
        }
        request.Content = PlatformApi.Form(form);
        return request;
    }

    private static string? NameIn(JsonWebToken claims) =>
        ((string[])["nickname", "name", "preferred_username"])
            .Select(claim => claims.TryGetPayloadValue<string>(claim, out var text) && text.Length > 0 ? text : null)
            .FirstOrDefault(text => text is not null);

    /// <summary>The name is a courtesy, and counts only if it is this account's (OpenID Connect Core, section 5.3.2).</summary>
    private async Task<string?> NameFromUserInfo(Metadata provider, string? accessToken, string subject, CancellationToken cancellation)
    {
        if (provider.UserInfoEndpoint is null || accessToken is null)
            return null;
        var request = new HttpRequestMessage(HttpMethod.Get, provider.UserInfoEndpoint);
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {accessToken}");
        var user = await api.Send(request, cancellation);
        return user.Succeeded && user.Value.TextOf("sub") == subject
            ? user.Value.TextOf("nickname") ?? user.Value.TextOf("name") ?? user.Value.TextOf("preferred_username")
            : null;
    }
}
