using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Storage;
using Npgsql;

namespace Hutong.IdentityLink.Registration;

/// <summary>
/// What is one owner's and nobody else's: their places, of which there are so many, and the sectors that a client of theirs was
/// the first to be approved with. Each is a row that only one transaction can make.
/// </summary>
public sealed class ClientClaims(NpgsqlDataSource database, Clients clients, ClientOwners owners)
{
    /// <summary>The sector is another owner's, or of configuration, and no document of its host speaks for the client.</summary>
    public const string SectorTaken = "sector_taken";

    /// <summary>The union group is another owner's, or of configuration.</summary>
    public const string GroupTaken = "union_group_taken";

    private const string PlaceSql = """
        select free from generate_series(1, $2) as places (free)
        where not exists (select from client_place c where c.owner_id = $1 and c.place = free)
        order by free limit 1
        """;

    private const string PendingSql = "select count(*) from registered_client where owner_id = $1 and status = 'Pending'";

    private const string OwnersSql = "select sector, owner_id from sector_owner where sector = any($1)";

    private static readonly Table<ClientPlaceRow> Places = new("client_place", ClientRowJson.Default.ClientPlaceRow, "owner_id", "place");
    private static readonly Table<ClientPlaceOf> PlacesByClient = new("client_place", ClientRowJson.Default.ClientPlaceOf, "client_id");
    private static readonly Table<SectorOwnerRow> SectorOwners = new("sector_owner", ClientRowJson.Default.SectorOwnerRow, "sector");

    /// <summary>A place for one more client, and how many of the owner's wait already.</summary>
    /// <returns>The place; null where there is none left.</returns>
    public async Task<(int? Place, long Pending)> LookForPlace(Guid owner, CancellationToken cancellation)
    {
        var free = await database.Many(PlaceSql, row => row.GetInt32(0), cancellation, owner, RegisterClient.AtMost);
        var pending = await database.Many(PendingSql, row => row.GetInt64(0), cancellation, owner);
        return (free is [var place] ? place : null, pending[0]);
    }

    /// <summary>The write that takes a place. Of two that take the same at once one is refused, and looks again.</summary>
    public static RowWrite Take(Guid owner, int place, string clientId) => Places.Claim(new(owner, place, clientId));

    /// <summary>The write that gives a client's place back.</summary>
    public static RowWrite GiveBack(string clientId) => PlacesByClient.Delete(new(clientId));

    /// <summary>
    /// What makes a client's sectors its owner's, where they are nobody's. Those of others may only be entered with a document
    /// of the host that speaks for the client: two owners must not come to know people by one <c>sub</c> by accident.
    /// </summary>
    public async Task<Outcome<RowWrite[]>> Enter(
        Guid owner, string sector, ClientMetadata metadata, CancellationToken cancellation)
    {
        var group = metadata.UnionGroup is { } name ? Client.UnionSectorOf(name) : null;
        string[] entered = group is null ? [sector] : [sector, group];
        var known = (await database.Many(
                OwnersSql, row => (Sector: row.GetString(0), Owner: row.GetGuid(1)), cancellation, [entered]))
            .ToDictionary(row => row.Sector, row => row.Owner, StringComparer.Ordinal);
        Guid[] own = [owner, .. await owners.Of(owner, cancellation)];
        if (metadata.SectorIdentifierUri is null && IsAnothers(sector, own, known))
            return new Rejection(SectorTaken);
        if (group is not null && IsAnothers(group, own, known))
            return new Rejection(GroupTaken);
        return (RowWrite[])
        [
            .. entered.Where(one => !known.ContainsKey(one)).Select(one => SectorOwners.Claim(new(one, owner))),
        ];
    }

    private bool IsAnothers(string sector, Guid[] own, Dictionary<string, Guid> known) =>
        clients.IsConfiguredSector(sector) || (known.TryGetValue(sector, out var owner) && !own.Contains(owner));
}

internal sealed record ClientPlaceRow(Guid OwnerId, int Place, string ClientId);

/// <summary>All that deleting needs to know of a row.</summary>
internal sealed record ClientPlaceOf(string ClientId);

internal sealed record SectorOwnerRow(string Sector, Guid OwnerId);
