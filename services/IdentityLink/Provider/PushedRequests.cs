using System.Text.Json;
using Hutong.IdentityLink.Storage;
using Npgsql;

namespace Hutong.IdentityLink.Provider;

/// <summary>Authorization requests that clients pushed beforehand (RFC 9126), until a browser brings their name.</summary>
public sealed class PushedRequests(NpgsqlDataSource database)
{
    /// <summary>Long enough for a browser to be sent here.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(90);

    private const string Prefix = "urn:ietf:params:oauth:request_uri:";

    private const string AddSql =
        "insert into pushed_request (name_hash, client_id, request, expires_at) values ($1, $2, $3::jsonb, now() + $4)";

    private const string TakeSql =
        "delete from pushed_request where name_hash = $1 and client_id = $2 and expires_at > now() returning request";

    /// <summary>Whether a <c>request_uri</c> is a name that we gave.</summary>
    public static bool IsName(string requestUri) => requestUri.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Keeps a request.</summary>
    /// <returns>Its <c>request_uri</c>.</returns>
    public async Task<string> Add(AuthorizeRequest request, CancellationToken cancellation)
    {
        var name = Prefix + Secret.New();
        await database.Run(
            AddSql, cancellation, Secret.Hash(name), request.ClientId,
            JsonSerializer.Serialize(request, ProviderJson.Default.AuthorizeRequest), Lifetime);
        return name;
    }

    /// <summary>The request of a name; null where the client pushed none by it, or it was taken before, or waited too long.</summary>
    public Task<AuthorizeRequest?> Take(string requestUri, string clientId, CancellationToken cancellation) =>
        database.One(
            TakeSql, row => JsonSerializer.Deserialize(row.GetString(0), ProviderJson.Default.AuthorizeRequest)!,
            cancellation, Secret.Hash(requestUri), clientId);
}
