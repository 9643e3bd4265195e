using Hutong.IdentityLink.Persons;

namespace Hutong.IdentityLink.Provider;

/// <summary>
/// Token exchange (RFC 8693), for the gateway alone: the access token of one of our own sites for an internal token to one
/// service. What a partner was granted, <c>/userinfo</c> tells: the services know people by an id that is the same
/// everywhere, and do what no scope of a partner's was asked for. A tool of ours has what its own scopes open, and is no site.
/// </summary>
public sealed class TokenExchangeGrant(AccessTokens accessTokens, Tokens tokens, LinkedAccounts accounts, Clients clients) : IGrantType
{
    private const string AccessTokenType = "urn:ietf:params:oauth:token-type:access_token";
    private const string JwtType = "urn:ietf:params:oauth:token-type:jwt";

    private const string IdentityLink = "identity-link";
    private const string SocialFeed = "social-feed";

    private static readonly string[] Services = [IdentityLink, SocialFeed, "commerce-card", "attribution"];

    /// <inheritdoc/>
    public string Name => "urn:ietf:params:oauth:grant-type:token-exchange";

    /// <inheritdoc/>
    public async Task<IResult> Answer(Client client, Parameters parameters, CancellationToken cancellation)
    {
        if (client.Id != Clients.Gateway || client.IsPublic)
            return new OAuthError("unauthorized_client", "This client may not exchange tokens.").Answer();
        if (parameters["subject_token"] is not { } subjectToken || parameters["subject_token_type"] != AccessTokenType)
            return OAuthError.InvalidRequest($"subject_token is needed, and subject_token_type {AccessTokenType}").Answer();
        if (parameters["requested_token_type"] is not (null or JwtType))
            return OAuthError.InvalidRequest($"The only requested_token_type is {JwtType}").Answer();
        if (parameters["audience"] is not { } audience || !Services.Contains(audience))
            return new OAuthError("invalid_target", "The audience is none of the services.").Answer();
        if (await accessTokens.Find(subjectToken, cancellation) is not { } grant)
            return OAuthError.InvalidRequest("The subject_token does not hold.").Answer();
        if (clients.Find(grant.ClientId) is not { IsSite: true } site)
            return OAuthError.InvalidRequest("The subject_token is a partner's: it is good at /userinfo alone.").Answer();
        if (site.IsTool)
        {
            if (audience != IdentityLink)
                return new OAuthError("invalid_target", "The subject_token is a tool's: it is good at identity-link alone.").Answer();
            grant = grant with { Scopes = [.. grant.Scopes.Where(Scopes.OfTools.Contains)] };
        }

        // Only Social-Feed shows people to each other; no other service needs a name.
        var nickname = audience == SocialFeed ? await accounts.Nickname(grant.PersonId, cancellation) : null;
        return new TokenBody(
            await tokens.Internal(grant, audience, nickname, cancellation), "N_A", (long)Tokens.InternalLifetime.TotalSeconds,
            IssuedTokenType: JwtType);
    }
}
