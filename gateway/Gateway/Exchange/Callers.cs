using System.Net.Http.Headers;
using Hutong.Gateway.Sessions;
using Hutong.Gateway.Sites;
using Hutong.Gateway.Storage;

namespace Hutong.Gateway.Exchange;

/// <summary>Who makes a request, and what the service it goes to is told of them.</summary>
/// <param name="Token">The internal token; null for a visitor.</param>
/// <param name="Presented">Whether the request came with a cookie or token at all, good or not.</param>
internal sealed record Caller(string? Token, bool Presented)
{
    public static readonly Caller Visitor = new(null, false);

    /// <summary>Whether the request came with a session or an access token that holds.</summary>
    public bool IsKnown => Token is not null;
}

/// <summary>Finds out who makes a request: by the session on a site's host, by the access token on the public one.</summary>
internal sealed class Callers(SessionStore sessions, EndedSessions ended, TokenRefresh refresh, TokenExchange exchange)
{
    private const int MaxTokenLength = 4096;

    /// <summary>The caller by a site's session.</summary>
    public async Task<Caller> OfSession(HttpContext context, Site site, string audience)
    {
        var cancellation = context.RequestAborted;
        if (context.Request.Read(SessionCookie.Name) is not { } id)
            return Caller.Visitor;
        if (await sessions.Find(id, site, cancellation) is not { } session)
            return new Caller(null, Presented: true);
        var key = new ExchangeKey(Convert.ToBase64String(session.IdHash), audience);
        var token = await exchange.For(key, cancel => refresh.AccessToken(session, cancel), cancellation);
        // The provider does not know the session's grant any more, and never will again.
        if (token is null)
            await sessions.End(session.IdHash, cancellation);
        return new Caller(token?.Value, Presented: true);
    }

    /// <summary>The caller by an access token (RFC 6750, section 2.1).</summary>
    public async Task<Caller> OfBearer(HttpContext context, string audience)
    {
        var cancellation = context.RequestAborted;
        var header = context.Request.Headers.Authorization;
        if (header.Count == 0)
            return Caller.Visitor;
        if (!AuthenticationHeaderValue.TryParse(header.ToString(), out var value)
            || !value.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)
            || value.Parameter is not { Length: > 0 and <= MaxTokenLength } accessToken)
        {
            return new Caller(null, Presented: true);
        }
        var key = new ExchangeKey(Convert.ToBase64String(Secret.Hash(accessToken)), audience);
        var token = await exchange.For(key, _ => Task.FromResult<string?>(accessToken), cancellation);
        // The access token may outlive the session it was given in: whether it does, the provider decides.
        if (token?.Sid is { } sid && await ended.EndedSince(sid, token.AskedAt, cancellation))
        {
            exchange.Forget(key);
            token = await exchange.For(key, _ => Task.FromResult<string?>(accessToken), cancellation);
        }
        return new Caller(token?.Value, Presented: true);
    }
}
