using System.Net.Http.Headers;
using System.Text;

namespace Hutong.IdentityLink.Provider;

/// <summary>Which client sent a request.</summary>
internal static class ClientAuthentication
{
    /// <summary>
    /// <c>client_secret_basic</c>, <c>client_secret_post</c>, or <c>none</c> for a public client (OpenID Connect Core,
    /// section 9); two methods at once are an error (RFC 6749, section 2.3).
    /// </summary>
    public static (Client? Client, OAuthError? Refusal) Of(HttpRequest request, Parameters form, Clients clients, DateTimeOffset now) =>
        Of(request, form["client_id"], form["client_secret"], clients, now);

    /// <summary><c>client_secret_basic</c> alone, for a request without a form: a secret has no place in an address.</summary>
    public static (Client? Client, OAuthError? Refusal) OfHeader(HttpRequest request, Clients clients, DateTimeOffset now)
    {
        var (client, refusal) = Of(request, id: null, secret: null, clients, now);
        return client is { IsPublic: false } ? (client, null) : (null, refusal ?? OAuthError.InvalidClient);
    }

    private static (Client? Client, OAuthError? Refusal) Of(HttpRequest request, string? id, string? secret, Clients clients, DateTimeOffset now)
    {
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
        var proved = secret is null ? client.IsPublic : client.HasSecret(secret, now);
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
