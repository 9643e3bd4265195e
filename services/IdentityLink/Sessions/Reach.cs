using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Storage;
using Npgsql;

namespace Hutong.IdentityLink.Sessions;

/// <summary>What hangs on an account or a person and would end with it.</summary>
/// <param name="Sessions">Signed-in browsers.</param>
/// <param name="Partners">Names of the partners with tokens that hold.</param>
public sealed record Reached(long Sessions, IReadOnlyList<string> Partners);

/// <summary>Looks at what was obtained through accounts and persons and still holds.</summary>
public sealed class Reach(NpgsqlDataSource database, Clients clients)
{
    private const string OfAccountSql = """
        select (select count(*) from live_session where account = $1),
               array(select distinct client_id from live_grant where account = $1 order by client_id)
        """;

    private const string OfPersonSql = """
        select (select count(*) from live_session where person_id = $1),
               array(select distinct client_id from live_grant where person_id = $1 order by client_id)
        """;

    /// <summary>What would end with a link.</summary>
    /// <param name="account">The account's stream id.</param>
    /// <param name="cancellation">Ends the read.</param>
    public Task<Reached> OfAccount(string account, CancellationToken cancellation) => Read(OfAccountSql, account, cancellation);

    /// <summary>All that a person has open.</summary>
    public Task<Reached> OfPerson(Guid personId, CancellationToken cancellation) => Read(OfPersonSql, personId, cancellation);

    private async Task<Reached> Read(string sql, object of, CancellationToken cancellation) => (await database.One(
        sql,
        row => new Reached(
            row.GetInt64(0),
            [.. row.GetFieldValue<string[]>(1).Select(clients.Find).OfType<Client>().Where(client => !client.IsSite).Select(client => client.Name)]),
        cancellation, of))!;
}
