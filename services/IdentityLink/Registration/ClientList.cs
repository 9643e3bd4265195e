using System.Text.Json.Nodes;
using Hutong.IdentityLink.Storage;
using Npgsql;

namespace Hutong.IdentityLink.Registration;

/// <summary>Lists of registered clients, by client id: the oldest first.</summary>
public sealed class ClientList(NpgsqlDataSource database)
{
    private const int UsualPage = 20;
    private const int LongestPage = 100;

    private const string OfOwnersSql = $"""
        select {ClientRow.Columns} from registered_client
        where owner_id = any($1) and client_id > $2 and status <> 'Retired'
        order by client_id limit $3
        """;

    private const string WaitingSql = $"""
        select {ClientRow.Columns} from registered_client where waits and client_id > $1 order by client_id limit $2
        """;

    private const string WithStatusSql = $"""
        select {ClientRow.Columns} from registered_client where status = $3 and client_id > $1 order by client_id limit $2
        """;

    /// <summary>Some of what these persons registered and did not give up.</summary>
    public async Task<JsonObject> Of(IReadOnlyList<Guid> owners, string? after, int? limit, CancellationToken cancellation)
    {
        var size = Size(limit);
        return Page(await database.Many(OfOwnersSql, ClientRow.Read, cancellation, owners.ToArray(), After(after), size + 1), size);
    }

    /// <summary>Some of those on which an operator has something to decide, or of those of a status.</summary>
    public async Task<JsonObject> Waiting(ClientStatus? status, string? after, int? limit, CancellationToken cancellation)
    {
        var size = Size(limit);
        return Page(
            status is { } wanted
                ? await database.Many(WithStatusSql, ClientRow.Read, cancellation, After(after), size + 1, wanted.ToString())
                : await database.Many(WaitingSql, ClientRow.Read, cancellation, After(after), size + 1),
            size);
    }

    private static int Size(int? limit) => Math.Clamp(limit ?? UsualPage, 1, LongestPage);

    // What is no id of ours is before all of them.
    private static string After(string? after) => Guid.TryParse(after, out var id) ? id.ToString() : "";

    /// <summary>One more than is shown tells whether there are more.</summary>
    private static JsonObject Page(List<ClientRow> rows, int size) => new()
    {
        ["clients"] = new JsonArray([.. rows.Take(size).Select(ClientBody.Of)]),
        ["next"] = rows.Count > size ? rows[size - 1].ClientId : null,
    };
}
