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
        return Results.Json(await introspection.Of(token, client), ProviderJson.Default.IntrospectionBody);
    }
}

/// <summary>
/// Looks at tokens of every kind at once: a client need not say which it has (RFC 7662, section 2.1). Those that are asked
/// for in a busy moment are looked at together.
/// </summary>
public sealed class TokenIntrospection
{
    // A rotated refresh token is active no more, also while it could still yield its successor once more.
    private const string FindSql = $"""
        with asked as (
            select a.token_hash, a.client_id, a.number::int
            from unnest($1::bytea[], $2::text[]) with ordinality as a (token_hash, client_id, number))
        select a.number, 'access', t.expires_at, t.scope, {TokenGrants.Columns}
        from asked a join access_token t using (token_hash) join live_grant g using (grant_id)
        where t.expires_at > now() and g.client_id = a.client_id
        union all
        select a.number, 'refresh', t.expires_at, g.scope, {TokenGrants.Columns}
        from asked a join refresh_token t using (token_hash) join live_grant g using (grant_id)
        where t.expires_at > now() and t.rotated_at is null and g.client_id = a.client_id
        union all
        select a.number, 'client', t.expires_at, t.scope, null, t.client_id, null, null, t.client_id, t.scope, null, null, null
        from asked a join live_client_token t using (token_hash)
        where t.client_id = a.client_id
        """;

    private static readonly IntrospectionBody Inactive = new(Active: false);

    private readonly NpgsqlDataSource database;
    private readonly Operators operators;
    private readonly Issuer issuer;
    private readonly Together<Asked, IntrospectionBody> asking;

    /// <summary>Looks at those in this database.</summary>
    public TokenIntrospection(NpgsqlDataSource database, Operators operators, Issuer issuer)
    {
        (this.database, this.operators, this.issuer) = (database, operators, issuer);
        asking = new(Find);
    }

    /// <summary>What a token stands for, if it holds and was given to this client.</summary>
    internal Task<IntrospectionBody> Of(string token, Client client) => asking.Ask(new(Secret.Hash(token), client.Id));

    private async Task<IReadOnlyList<IntrospectionBody>> Find(IReadOnlyList<Asked> asked)
    {
        var answers = Enumerable.Repeat(Inactive, asked.Count).ToArray();
        var found = await database.Many(
            FindSql, row => (Number: row.GetInt32(0), Body: Read(row)), CancellationToken.None,
            asked.Select(one => one.Hash).ToArray(), asked.Select(one => one.ClientId).ToArray());
        foreach (var (number, body) in found)
            answers[number - 1] = body;
        return answers;
    }

    private IntrospectionBody Read(NpgsqlDataReader row)
    {
        var (kind, expires, scope) = (row.GetString(1), row.Time(2).ToUnixTimeSeconds(), row.GetString(3));
        if (kind != "client")
            scope = string.Join(' ', operators.Limit(TokenGrants.Read(row, first: 4) with { Scopes = Scopes.Split(scope) }).Scopes);
        return new(
            Active: true, scope, ClientId: row.GetString(5), TokenType: kind == "refresh" ? null : "Bearer", expires,
            Sub: row.GetString(8), Iss: issuer.Public);
    }

    private sealed record Asked(byte[] Hash, string ClientId);
}

/// <summary>The answer (RFC 7662, section 2.2).</summary>
internal sealed record IntrospectionBody(
    bool Active, string? Scope = null, string? ClientId = null, string? TokenType = null, long? Exp = null, string? Sub = null,
    string? Iss = null);
