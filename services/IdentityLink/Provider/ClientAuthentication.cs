using System.Net.Http.Headers;
using System.Text;
using Hutong.IdentityLink.Limits;

namespace Hutong.IdentityLink.Provider;

/// <summary>
/// Which client sent a request (OpenID Connect Core, section 9; RFC 6749, section 2.3). A client that is unknown costs the
/// same work and gets the same answer as one whose credentials are wrong.
/// </summary>
public sealed class ClientAuthentication(Clients clients, ClientAssertions assertions, ProvedLimits limits, TimeProvider time)
{
    private const int LongestHeader = 2048;

    /// <summary>The client that sent a form, and the form.</summary>
    public async ValueTask<(Client? Client, Parameters Form, OAuthError? Refusal)> OfForm(
        HttpRequest request, CancellationToken cancellation)
    {
        if (await Parameters.OfForm(request, cancellation) is not { } form)
            return (null, Parameters.None, OAuthError.NoForm);
        if (form.FirstFault is { } fault)
            return (null, form, OAuthError.InvalidRequest(fault));
        var (client, refusal) = await Of(request, form, cancellation);
        return (client, form, refusal);
    }

    /// <summary>Finds the client, in one of the ways that it may authenticate; two at once are an error.</summary>
    /// <param name="request">The request: <c>client_secret_basic</c> is in its header.</param>
    /// <param name="form">Its form, for the other methods; null for a request without one, as a secret has no place in an address.</param>
    /// <param name="cancellation">Ends it.</param>
    public async ValueTask<(Client? Client, OAuthError? Refusal)> Of(
        HttpRequest request, Parameters? form, CancellationToken cancellation)
    {
        var (client, refusal) = await Find(request, form, cancellation);
        return client is null || limits.MayAsk(client) ? (client, refusal) : Refuse(OAuthError.TooManyRequests);
    }

    private async ValueTask<(Client? Client, OAuthError? Refusal)> Find(
        HttpRequest request, Parameters? form, CancellationToken cancellation)
    {
        var header = request.Headers.Authorization;
        var (id, secret, assertion) = (form?["client_id"], form?["client_secret"], form?["client_assertion"]);
        if ((header.Count > 0 ? 1 : 0) + (secret is null ? 0 : 1) + (assertion is null ? 0 : 1) > 1)
            return Refuse(OAuthError.InvalidRequest("The client authenticates in two ways at once."));

        if (assertion is not null)
        {
            return form!["client_assertion_type"] == ClientAssertions.Type
                && await assertions.Prove(assertion, cancellation) is { } proved && (id is null || id == proved.Id)
                    ? (proved, null)
                    : Refuse(OAuthError.InvalidClient);
        }
        if (header.Count > 0)
        {
            return Basic(header.ToString()) is { } basic && (id is null || id == basic.Id)
                ? Proved(basic.Id, basic.Secret, ClientAuthenticationMethods.ClientSecretBasic)
                : Refuse(OAuthError.InvalidClient);
        }
        if (secret is not null)
            return Proved(id, secret, ClientAuthenticationMethods.ClientSecretPost);
        return clients.Find(id) is { IsPublic: true } client ? (client, null) : Refuse(OAuthError.InvalidClient);
    }

    private (Client?, OAuthError?) Proved(string? id, string secret, string method)
    {
        var client = clients.Find(id) ?? Stranger.Client;
        return client.HasSecret(secret, time.GetUtcNow()) && client.AuthenticationMethods.Contains(method)
            ? (client, null)
            : Refuse(OAuthError.InvalidClient);
    }

    /// <summary>Id and secret are form-encoded before they are joined (RFC 6749, section 2.3.1).</summary>
    private static (string Id, string Secret)? Basic(string header)
    {
        if (!AuthenticationHeaderValue.TryParse(header, out var value)
            || !value.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase)
            || value.Parameter is not { Length: < LongestHeader } parameter)
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

    private static (Client?, OAuthError?) Refuse(OAuthError error) => (null, error);
}
