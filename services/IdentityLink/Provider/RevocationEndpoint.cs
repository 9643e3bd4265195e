using Hutong.IdentityLink.Storage;
using Npgsql;

namespace Hutong.IdentityLink.Provider;

/// <summary>
/// <c>POST /revoke</c> (RFC 7009): a client gives a token back. A refresh token goes with all that its grant gave, an access
/// token alone. A token that is unknown, or another client's, changes nothing and is no error (section 2.2).
/// </summary>
internal static class RevocationEndpoint
{
    public const string Path = "/revoke";

    // Of whatever kind it is: a client need not say. One that was rotated still names its family.
    private const string RevokeSql = """
        with family as (
            update token_grant g set revoked_at = now() from refresh_token t
            where t.token_hash = $1 and g.grant_id = t.grant_id and g.client_id = $2 and g.revoked_at is null),
        access as (
            delete from access_token t using token_grant g
            where t.token_hash = $1 and g.grant_id = t.grant_id and g.client_id = $2)
        delete from client_token where token_hash = $1 and client_id = $2
        """;

    public static void MapRevocationEndpoint(this IEndpointRouteBuilder routes) => routes.MapPost(Path, Answer).CallableFromAnywhere();

    private static async Task<IResult> Answer(
        HttpRequest http, ClientAuthentication authentication, NpgsqlDataSource database, CancellationToken cancellation)
    {
        var (client, parameters, refusal) = await authentication.OfForm(http, cancellation);
        if (client is null)
            return refusal!.Answer();
        if (parameters["token"] is not { } token)
            return OAuthError.InvalidRequest("token is needed").Answer();
        await database.Run(RevokeSql, cancellation, Secret.Hash(token), client.Id);
        NoStore.Set(http.HttpContext.Response);
        return Results.Ok();
    }
}
