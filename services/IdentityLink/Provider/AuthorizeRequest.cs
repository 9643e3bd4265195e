using System.Globalization;
using System.Text.RegularExpressions;

namespace Hutong.IdentityLink.Provider;

/// <summary>A valid authorization request (OpenID Connect Core, section 3.1.2.1), kept while the person signs in and consents.</summary>
public sealed partial record AuthorizeRequest
{
    /// <summary>The client.</summary>
    public required string ClientId { get; init; }

    /// <summary>Where the answer goes: registered for the client.</summary>
    public required string RedirectUri { get; init; }

    /// <summary>The known scopes asked for.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>Returned as it came.</summary>
    public string? State { get; init; }

    /// <summary>For the id token.</summary>
    public string? Nonce { get; init; }

    /// <summary>How the answer goes to the client, of <see cref="AuthorizationResponse.Modes"/>; null for the query.</summary>
    public string? ResponseMode { get; init; }

    /// <summary>PKCE, S256 (RFC 7636).</summary>
    public string? CodeChallenge { get; init; }

    /// <summary>What to ask the person.</summary>
    public IReadOnlyList<string> Prompts { get; init; } = [];

    /// <summary>How long ago the sign-in may be, seconds.</summary>
    public int? MaxAge { get; init; }

    /// <summary>An id token of whom the client believes to be signed in.</summary>
    public string? IdTokenHint { get; init; }

    /// <summary>Whom the client expects, by their <c>sub</c>; null for anybody.</summary>
    public string? ExpectedSubject { get; init; }

    /// <summary>
    /// The way in that the person is expected to take, where the client names one; null for anything else that it knows of
    /// them, such as a telephone number, which is not kept.
    /// </summary>
    public string? LoginHint { get; init; }

    /// <summary>Of which the <c>acr</c> must be one; null where it may be any.</summary>
    public IReadOnlyList<string>? RequiredAcr { get; init; }

    /// <summary>Which <c>acr</c> would be welcome.</summary>
    public IReadOnlyList<string> PreferredAcr { get; init; } = [];

    /// <summary>The claims that the id token is to have, of <see cref="PersonClaims.Names"/>.</summary>
    public IReadOnlyList<string> IdTokenClaims { get; init; } = [];

    /// <summary>The languages preferred on our pages.</summary>
    public string? UiLocales { get; init; }

    /// <summary>The device that the person is to let in (RFC 8628): it fetches its tokens itself; null for everything else.</summary>
    public Guid? Device { get; init; }

    /// <summary>The code that the device shows; null for everything else.</summary>
    public string? UserCode { get; init; }

    private static readonly string[] KnownPrompts = ["none", "login", "consent", "select_account"];

    /// <summary>Whether no page may be shown.</summary>
    public bool IsSilent => Prompts.Contains("none");

    /// <summary>Whether the person must prove anew who they are. Choosing an account is done by signing in with it.</summary>
    public bool AsksForSignIn => Prompts.Contains("login") || Prompts.Contains("select_account");

    /// <summary>Whether the person must be asked again for consent.</summary>
    public bool AsksForConsent => Prompts.Contains("consent");

    /// <summary>Whether a passkey is what the client wants, or would like best.</summary>
    public bool PrefersPasskey => (RequiredAcr ?? PreferredAcr).Contains(AuthenticationContext.PhishingResistant);

    /// <summary>Whether a sign-in with nothing but a passkey will do.</summary>
    public bool NeedsPasskey => RequiredAcr is { } required && !required.Contains(AuthenticationContext.Platform);

    /// <summary>Whether a sign-in with an account is of the kind that the request must have.</summary>
    public bool Accepts(string account) => RequiredAcr?.Contains(AuthenticationContext.AcrOf(account)) != false;

    /// <summary>Checks a request whose client and redirect address are known to be good.</summary>
    /// <returns>The request, or the error to send to the client.</returns>
    public static (AuthorizeRequest? Request, OAuthError? Error) Validate(
        Parameters parameters, Client client, string redirectUri, IReadOnlyList<string> waysIn)
    {
        if (parameters.FirstFault is { } fault)
            return Fail(OAuthError.InvalidRequest(fault));
        if (!client.GrantTypes.Contains("authorization_code"))
            return Fail(OAuthError.UnauthorizedClient);
        if (parameters["request"] is not null)
            return Fail(new("request_not_supported", "Request objects are not supported."));
        if (parameters["request_uri"] is not null)
            return Fail(new("request_uri_not_supported", "The only request_uri is one that the client was given when it pushed its request."));
        if (parameters["response_type"] is not { } responseType)
            return Fail(OAuthError.InvalidRequest("response_type is missing"));
        if (responseType != "code")
            return Fail(new("unsupported_response_type", "The only response_type is code."));
        if (parameters["response_mode"] is { } mode && !AuthorizationResponse.Modes.Contains(mode))
            return Fail(new("unsupported_response_mode", $"response_mode is one of {string.Join(", ", AuthorizationResponse.Modes)}."));

        if (ClaimsRequest.Parse(parameters["claims"]) is not { } claims)
            return Fail(OAuthError.InvalidRequest("claims is not what OpenID Connect Core, section 5.5, describes"));
        if (claims.RequiredAcr?.Intersect(AuthenticationContext.All).Any() == false)
            return Fail(OAuthError.UnmetAuthenticationRequirements);
        // A claim that is asked for by itself is agreed to as the scope that covers it.
        var scopes = ScopesOf(parameters["scope"], claims, client);
        if (!scopes.Contains(Provider.Scopes.OpenId))
            return Fail(new("invalid_scope", "The scope must contain openid."));
        if (PkceFault(parameters, client) is { } pkce)
            return Fail(OAuthError.InvalidRequest(pkce));
        var prompts = Provider.Scopes.Split(parameters["prompt"]);
        if (prompts.Except(KnownPrompts).Any() || (prompts.Contains("none") && prompts.Length > 1))
            return Fail(OAuthError.InvalidRequest("prompt is none, or some of login, consent and select_account"));
        int? maxAge = null;
        if (parameters["max_age"] is { } given)
        {
            if (!int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
                return Fail(OAuthError.InvalidRequest("max_age is not a number of seconds"));
            maxAge = seconds;
        }

        return (new AuthorizeRequest
        {
            ClientId = client.Id,
            RedirectUri = redirectUri,
            Scopes = scopes,
            State = parameters["state"],
            Nonce = parameters["nonce"],
            CodeChallenge = parameters["code_challenge"],
            Prompts = prompts,
            MaxAge = maxAge,
            IdTokenHint = parameters["id_token_hint"],
            UiLocales = parameters["ui_locales"],
            ResponseMode = parameters["response_mode"],
            ExpectedSubject = claims.Subject,
            LoginHint = parameters["login_hint"] is { } hint && waysIn.Contains(hint) ? hint : null,
            RequiredAcr = claims.RequiredAcr,
            PreferredAcr = [.. Provider.Scopes.Split(parameters["acr_values"]).Concat(claims.PreferredAcr).Intersect(AuthenticationContext.All)],
            IdTokenClaims = claims.IdToken,
        }, null);
    }

    private static string[] ScopesOf(string? asked, ClaimsRequest claims, Client client)
    {
        var named = Provider.Scopes.Split(asked).Concat(claims.IdToken.Concat(claims.UserInfo).Select(PersonClaims.ScopeOf)).ToArray();
        return [.. Provider.Scopes.All.Where(scope => named.Contains(scope) && client.MayAskFor(scope))];
    }

    /// <summary>RFC 7636, section 4.3, without <c>plain</c>; required of clients that have no secret (RFC 9700, section 2.1.1).</summary>
    private static string? PkceFault(Parameters parameters, Client client) =>
        (parameters["code_challenge"], parameters["code_challenge_method"]) switch
        {
            (null, null) => client.IsPublic ? "code_challenge is required of this client" : null,
            (null, _) => "code_challenge is missing",
            (_, not "S256") => "code_challenge_method must be S256",
            ({ } challenge, _) => Challenge().IsMatch(challenge) ? null : "code_challenge is not the base64url of a SHA-256",
        };

    private static (AuthorizeRequest?, OAuthError?) Fail(OAuthError error) => (null, error);

    [GeneratedRegex(@"\A[A-Za-z0-9_-]{43}\z")]
    private static partial Regex Challenge();
}
