using Microsoft.Extensions.Options;

namespace Hutong.IdentityLink.Provider;

/// <summary><c>grant_type=client_credentials</c> (RFC 6749, section 4.4): for a client's own affairs, and no person's.</summary>
public sealed class ClientCredentialsGrant(ClientTokens clientTokens, IOptions<ProviderOptions> options) : IGrantType
{
    /// <summary>The value of <c>grant_type</c>.</summary>
    public const string GrantType = "client_credentials";

    /// <inheritdoc/>
    public string Name => GrantType;

    /// <inheritdoc/>
    public async Task<IResult> Answer(Client client, Parameters parameters, CancellationToken cancellation)
    {
        if (client.IsPublic)
            return new OAuthError("unauthorized_client", "A client that cannot keep a secret speaks for nobody by itself.").Answer();
        if (Scopes.Split(parameters["scope"] ?? Scopes.Partner) is not [Scopes.Partner] || !client.MayAskFor(Scopes.Partner))
            return new OAuthError("invalid_scope", $"The only scope of a client's own is {Scopes.Partner}, where it is registered.").Answer();
        var token = await clientTokens.Add(client, Scopes.Partner);
        return new TokenBody(token, "Bearer", (long)options.Value.AccessTokenLifetime.TotalSeconds, Scopes.Partner);
    }
}
