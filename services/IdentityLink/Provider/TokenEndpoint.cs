using System.Net.Http.Headers;
using System.Text;

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
    public static void MapTokenEndpoint(this IEndpointRouteBuilder routes) => routes.MapPost("/token", Answer);

    private static async Task<IResult> Answer(
        HttpRequest request, Clients clients, IEnumerable<IGrantType> grantTypes, CancellationToken cancellation)
    {
        if (await Parameters.OfForm(request, cancellation) is not { } parameters)
            return OAuthError.InvalidRequest("Send the parameters as application/x-www-form-urlencoded.").Answer();
        if (parameters.FirstFault is { } fault)
            return OAuthError.InvalidRequest(fault).Answer();
        var (client, refusal) = Authenticate(request, parameters, clients);
        if (client is null)
            return refusal!.Answer();
        if (parameters["grant_type"] is not { } name)
            return OAuthError.InvalidRequest("grant_type is missing").Answer();
        if (grantTypes.FirstOrDefault(type => type.Name == name) is not { } grantType)
            return new OAuthError("unsupported_grant_type", "This grant_type is not supported.").Answer();
        return await grantType.Answer(client, parameters, cancellation);
    }

    /// <summary>
    /// <c>client_secret_basic</c>, <c>client_secret_post</c>, or <c>none</c> for a public client (OpenID Connect Core,
    /// section 9); two methods at once are an error (RFC 6749, section 2.3).
    /// </summary>
    private static (Client? Client, OAuthError? Refusal) Authenticate(HttpRequest request, Parameters parameters, Clients clients)
    {
        var (id, secret) = (parameters["client_id"], parameters["client_secret"]);
        if (request.Headers.Authorization.Count > 0)
        {
            if (secret is not null)
                return (null, OAuthError.InvalidRequest("The client authenticates in two ways at once."));
            if (Basic(request.Headers.Authorization.ToString()) is not { } basic || (id is not null && id != basic.Id))
                return (null, OAuthError.InvalidClient);
            (id, secret) = basic;
        }
        if (clients.Find(id) is not { } client)
            return (null, OAuthError.InvalidClient);
        var proved = secret is null ? client.IsPublic : client.HasSecret(secret);
        return proved ? (client, null) : (null, OAuthError.InvalidClient);
    }

    /// <summary>Id and secret are form-encoded before they are joined (RFC 6749, section 2.3.1).</summary>
    private static (string Id, string Secret)? Basic(string header)
    {
        if (!AuthenticationHeaderValue.TryParse(header, out var value)
            || !value.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase)
            || value.Parameter is not { Length: < 2048 } parameter)
        {
            return null;
        }
        var bytes = new byte[parameter.Length];
        return Convert.TryFromBase64String(parameter, bytes, out var length)
            && Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2) is [var id, var secret]
                ? (Decode(id), Decode(secret))
                : null;
    }

    private static string Decode(string value) => Uri.UnescapeDataString(value.Replace('+', ' '));
}
