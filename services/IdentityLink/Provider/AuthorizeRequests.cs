using System.Text.Json;
using Hutong.IdentityLink.Storage;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Hutong.IdentityLink.Provider;

/// <summary>An authorization request that waits.</summary>
/// <param name="Id">Names it in our pages' addresses.</param>
/// <param name="Request">The request.</param>
/// <param name="CreatedAt">A sign-in after this moment, by the database's clock, answers <c>prompt=login</c> and <c>max_age</c>, UTC.</param>
public sealed record WaitingRequest(string Id, AuthorizeRequest Request, DateTimeOffset CreatedAt);

/// <summary>The authorization requests that wait for sign-in or consent.</summary>
public sealed class AuthorizeRequests(NpgsqlDataSource database, IOptions<ProviderOptions> options, TimeProvider time)
{
    private const string AddSql =
        "insert into authorize_request (id, request, created_at, expires_at) values ($1, $2::jsonb, now(), $3) returning created_at";

    private const string FindSql =
        "select id, request, created_at from authorize_request where id = $1 and expires_at > $2";

    private const string RemoveSql = "delete from authorize_request where id = $1";

    /// <summary>Keeps a request.</summary>
    public async Task<WaitingRequest> Add(AuthorizeRequest request, CancellationToken cancellation)
    {
        var id = Secret.New();
        return (await database.One(
            AddSql, row => new WaitingRequest(id, request, row.Time(0)), cancellation,
            id, JsonSerializer.Serialize(request, ProviderJson.Default.AuthorizeRequest), time.GetUtcNow() + options.Value.RequestLifetime))!;
    }

    /// <summary>A waiting request; null where it is unknown or waited too long.</summary>
    public async Task<WaitingRequest?> Find(string? id, CancellationToken cancellation) =>
        id is not { Length: < 100 } || id.Any(char.IsControl) ? null : await database.One(
            FindSql,
            row => new WaitingRequest(
                row.GetString(0), JsonSerializer.Deserialize(row.GetString(1), ProviderJson.Default.AuthorizeRequest)!, row.Time(2)),
            cancellation, id, time.GetUtcNow());

    /// <summary>A request has been answered.</summary>
    public Task Remove(string id, CancellationToken cancellation) => database.Run(RemoveSql, cancellation, id);
}
