using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Hutong.Benchmarks.Provider;

/// <summary>
/// A relying party with one connection to a provider and the browser of somebody who is signed in there. Every answer is
/// looked at, and one id token in fifty verified.
/// </summary>
internal sealed class Caller : IDisposable
{
    private const int VerifiedOneIn = 50;

    private static readonly JsonWebTokenHandler Handler = new();

    private readonly ProviderUnderLoad provider;
    private readonly string cookie;
    private readonly HttpConnection connection;
    private readonly byte[] clientCredentials;
    private byte[] introspectOwn = [];
    private byte[] introspectGranted = [];
    private string refreshToken = "";
    private long idTokens;

    private Caller(ProviderUnderLoad provider, string cookie)
    {
        (this.provider, this.cookie) = (provider, cookie);
        connection = new HttpConnection(provider.Port);
        clientCredentials = Post(provider.Token, "grant_type=client_credentials");
    }

    /// <summary>Has somebody sign in for the first time, and gets the tokens that are refreshed and introspected.</summary>
    public static async Task<Caller> Of(ProviderUnderLoad provider, FirstVisit visit)
    {
        var request = new CodeRequest(provider, "openid offline_access");
        var (location, cookie) = await visit(request.Address);
        var caller = new Caller(provider, cookie);
        var granted = caller.Redeem(request, location);
        caller.refreshToken = caller.Text(granted, "refresh_token");
        caller.introspectGranted = caller.Post(provider.Introspection, $"token={caller.Text(granted, "access_token")}");
        var own = caller.Ok(caller.connection.Send(caller.clientCredentials));
        caller.introspectOwn = caller.Post(provider.Introspection, $"token={caller.Text(own, "access_token")}");
        return caller;
    }

    /// <summary>The client gets an access token of its own.</summary>
    public void ClientCredentials() => Text(Ok(connection.Send(clientCredentials)), "access_token");

    /// <summary>The client asks whether its own token holds.</summary>
    public void IntrospectOwn() => Active(connection.Send(introspectOwn));

    /// <summary>The client asks whether a token that a person granted holds.</summary>
    public void IntrospectGranted() => Active(connection.Send(introspectGranted));

    /// <summary>A refresh token is exchanged for its successor, an access token and an id token.</summary>
    public void Refresh()
    {
        var body = Ok(connection.Send(Post(provider.Token, $"grant_type=refresh_token&refresh_token={refreshToken}")));
        var successor = Text(body, "refresh_token");
        if (successor == refreshToken)
            throw new InvalidOperationException($"{provider.Name} did not rotate the refresh token.");
        refreshToken = successor;
        Text(body, "access_token");
        See(Text(body, "id_token"), nonce: null);
    }

    /// <summary>The person signs in at the partner: the code by way of the browser, then the tokens for it.</summary>
    public void SignIn()
    {
        var request = new CodeRequest(provider, "openid");
        var answer = connection.Send(Encoding.ASCII.GetBytes(
            $"GET {request.Address} HTTP/1.1\r\nHost: {Host}\r\nCookie: {cookie}\r\n\r\n"));
        if (answer.Status != 303 || answer.Header("Location") is not { } location)
            throw new InvalidOperationException($"{provider.Name} answered {answer.Head} {answer.Body}");
        Redeem(request, location);
    }

    public void Dispose() => connection.Dispose();

    private string Redeem(CodeRequest request, string location)
    {
        var code = request.CodeIn(location) ?? throw new InvalidOperationException($"{provider.Name} sent the browser to {location}");
        var body = Ok(connection.Send(Post(
            provider.Token,
            $"grant_type=authorization_code&code={code}&code_verifier={request.Verifier}"
            + $"&redirect_uri={Uri.EscapeDataString(ProviderUnderLoad.RedirectUri)}")));
        Text(body, "access_token");
        See(Text(body, "id_token"), request.State);
        return body;
    }

    private string Host => $"localhost:{provider.Port}";

    private byte[] Post(string path, string form)
    {
        var credentials = Convert.ToBase64String(Encoding.ASCII.GetBytes($"{ProviderUnderLoad.ClientId}:{ProviderUnderLoad.ClientSecret}"));
        return Encoding.ASCII.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: {Host}\r\nAuthorization: Basic {credentials}\r\n"
            + $"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {form.Length}\r\n\r\n{form}");
    }

    private string Ok(HttpAnswer answer) =>
        answer.Status == 200 ? answer.Body : throw new InvalidOperationException($"{provider.Name} answered {answer.Head} {answer.Body}");

    private void Active(HttpAnswer answer)
    {
        if (!Ok(answer).Contains("\"active\":true", StringComparison.Ordinal))
            throw new InvalidOperationException($"{provider.Name} says that a token does not hold: {answer.Body}");
    }

    private string Text(string body, string name)
    {
        var json = new Utf8JsonReader(Encoding.UTF8.GetBytes(body));
        while (json.Read())
        {
            if (json.TokenType == JsonTokenType.PropertyName && json.ValueTextEquals(name) && json.Read())
                return json.GetString()!;
        }
        throw new InvalidOperationException($"{provider.Name} gave no {name}: {body}");
    }

    private void See(string idToken, string? nonce)
    {
        if (idTokens++ % VerifiedOneIn != 0)
            return;
        var result = Handler.ValidateTokenAsync(idToken, new TokenValidationParameters
        {
            ValidIssuer = provider.Issuer,
            ValidAudience = ProviderUnderLoad.ClientId,
            ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
            IssuerSigningKeys = provider.Keys,
        }).GetAwaiter().GetResult();
        if (!result.IsValid || (nonce is not null && (!result.Claims.TryGetValue("nonce", out var found) || !nonce.Equals(found))))
            throw new InvalidOperationException($"{provider.Name} gave an id token that is not valid.", result.Exception);
    }
}
