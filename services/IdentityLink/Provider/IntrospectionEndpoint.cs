using Hutong.IdentityLink.Operating;
using Hutong.IdentityLink.Storage;
using Npgsql;

namespace Hutong.IdentityLink.Provider;

/// <summary><c>POST /introspect</c> (RFC 7662): tells a client what a token that it was given stands for, and nobody else anything.</summary>
internal static class IntrospectionEndpoint
{
    public const string Path = "/introspect";

    public static void MapIntrospectionEndpoint(this IEndpointRouteBuilder routes) => routes.MapPost(Path, Answer);

    private static async Task<IResult> Answer(
        HttpRequest http, ClientAuthentication authentication, TokenIntrospection introspection, CancellationToken cancellation)
    {
        var (client, parameters, refusal) = await authentication.OfForm(http, cancellation);
        if (client is null)
            return refusal!.Answer();
        // Whoever calls must prove who they are, or tokens could be tried out (section 2.1).
        if (client.IsPublic)
            return OAuthError.InvalidClient.Answer();
        if (parameters["token"] is not { } token)
            return OAuthError.InvalidRequest("token is needed").Answer();
        NoStore.Set(http.HttpContext.Response);
        return Results.Json(await introspection.Of(token, client, cancellation), ProviderJson.Default.IntrospectionBody);
    }
}

/// <summary>Looks at tokens of every kind at once: a client need not say which it has (RFC 7662, section 2.1).</summary>
public sealed class TokenIntrospection(NpgsqlDataSource database, Operators operators, Issuer issuer)
{
    // A rotated refresh token is active no more, also while it could still yield its successor once more.
    private const string FindSql = $"""
        select 'access', t.expires_at, t.scope, {TokenGrants.Columns}
        from access_token t join live_grant g using (grant_id)
        where t.token_hash = $1 and t.expires_at > now() and g.client_id = $2
        union all
        select 'refresh', t.expires_at, g.scope, {TokenGrants.Columns}
        from refresh_token t join live_grant g using (grant_id)
        where t.token_hash = $1 and t.expires_at > now() and t.rotated_at is null and g.client_id = $2
        union all
        select 'client', t.expires_at, t.scope, null, t.client_id, null, null, t.client_id, t.scope, null, null, null
        from live_client_token t
        where t.token_hash = $1 and t.client_id = $2
        """;

    private static readonly IntrospectionBody Inactive = new(Active: false);

    /// <summary>What a token stands for, if it holds and was given to this client.</summary>
    internal async Task<IntrospectionBody> Of(string token, Client client, CancellationToken cancellation) =>
        await database.One(FindSql, Read, cancellation, Secret.Hash(token), client.Id) ?? Inactive;

    private IntrospectionBody Read(NpgsqlDataReader row)
    {
        var (kind, expires, scope) = (row.GetString(0), row.Time(1).ToUnixTimeSeconds(), row.GetString(2));
        if (kind != "client")
            scope = string.Join(' ', operators.Limit(TokenGrants.Read(row, first: 3) with { Scopes = Scopes.Split(scope) }).Scopes);
        return new(
            Active: true, scope, ClientId: row.GetString(4), TokenType: kind == "refresh" ? null : "Bearer", expires,
            Sub: row.GetString(7), Iss: issuer.Public);
    }
}

/// <summary>The answer (RFC 7662, section 2.2).</summary>
internal sealed record IntrospectionBody(
    bool Active, string? Scope = null, string? ClientId = null, string? TokenType = null, long? Exp = null, string? Sub = null,
    string? Iss = null);
