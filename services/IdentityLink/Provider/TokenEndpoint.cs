namespace Hutong.IdentityLink.Provider;

/// <summary>One grant type of the token endpoint.</summary>
public interface IGrantType
{
    /// <summary>The value of <c>grant_type</c>.</summary>
    string Name { get; }

    /// <summary>Answers a request of an authenticated client.</summary>
    Task<IResult> Answer(Client client, Parameters parameters, CancellationToken cancellation);
}

/// <summary><c>POST /token</c> (RFC 6749, section 3.2).</summary>
internal static class TokenEndpoint
{
    public static void MapTokenEndpoint(this IEndpointRouteBuilder routes) => routes.MapPost("/token", Answer).CallableFromAnywhere();

    private static async Task<IResult> Answer(
        HttpRequest request, ClientAuthentication authentication, IEnumerable<IGrantType> grantTypes, CancellationToken cancellation)
    {
        var (client, parameters, refusal) = await authentication.OfForm(request, cancellation);
        if (client is null)
            return refusal!.Answer();
        if (parameters["grant_type"] is not { } name)
            return OAuthError.InvalidRequest("grant_type is missing").Answer();
        if (grantTypes.FirstOrDefault(type => type.Name == name) is not { } grantType)
            return new OAuthError("unsupported_grant_type", "This grant_type is not supported.").Answer();
        if (!client.GrantTypes.Contains(name))
            return OAuthError.UnauthorizedClient.Answer();
        return await grantType.Answer(client, parameters, cancellation);
    }
}
