using Hutong.IdentityLink.Limits;

namespace Hutong.IdentityLink.Provider;

/// <summary>
/// Which partner calls one of the addresses for partners' own affairs: by <c>client_secret_basic</c>, or by an access token
/// of its own (<see cref="ClientCredentialsGrant"/>) with the scope <see cref="Scopes.Partner"/>, which is what a client
/// without a secret has.
/// </summary>
public sealed class PartnerCallers(ClientAuthentication authentication, ClientTokens clientTokens, ProvedLimits limits)
{
    /// <summary>The partner, or the answer that refuses the request. Public clients are nobody here.</summary>
    public async ValueTask<(Client? Partner, IResult? Refusal)> Of(HttpRequest request, CancellationToken cancellation)
    {
        if (BearerTokens.OfHeader(request) is { } token)
        {
            return await clientTokens.Find(token, cancellation) switch
            {
                null => (null, BearerChallenge.InvalidToken),
                var found when !found.Scopes.Contains(Scopes.Partner) => (null, BearerChallenge.InsufficientScope(Scopes.Partner)),
                var found when !limits.MayAsk(found.Client) => (null, OAuthError.TooManyRequests.Answer()),
                var found => (found.Client, null),
            };
        }
        var (client, refusal) = await authentication.Of(request, form: null, cancellation);
        return client is { IsPublic: false } ? (client, null) : (null, (refusal ?? OAuthError.InvalidClient).Answer());
    }
}
