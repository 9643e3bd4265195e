using System.Net;
using Hutong.IdentityLink.Deliveries;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Storage;
using Npgsql;

namespace Hutong.IdentityLink.Logout;

/// <summary>A client still to be told that a session is over.</summary>
public sealed record LogoutDelivery(Guid Id, string ClientId, Guid Sid, string Subject)
{
    internal static LogoutDelivery Read(NpgsqlDataReader row) =>
        new(row.GetGuid(0), row.GetString(1), row.GetGuid(2), row.GetString(3));
}

/// <summary>
/// Delivers logout tokens (OpenID Connect Back-Channel Logout 1.0, section 2.5): at once, and again from the table until
/// the client took it or a day has passed.
/// </summary>
public sealed partial class BackchannelLogout(
    NpgsqlDataSource database, Clients clients, Tokens tokens, IHttpClientFactory http, TimeProvider time,
    ILogger<BackchannelLogout> log) : IDeliveries
{
    /// <summary>The first attempt is over by then.</summary>
    public static readonly TimeSpan FirstRetryAfter = TimeSpan.FromSeconds(15);

    /// <summary>A client that is away for longer learns it from its next refresh.</summary>
    public static readonly TimeSpan GiveUpAfter = TimeSpan.FromDays(1);

    // Skips what another instance is delivering; the next attempt comes later each time, up to an hour.
    private const string ClaimDueSql = """
        update logout_delivery set
            attempts = attempts + 1,
            next_attempt_at = $1 + $2 + least(power(2, attempts), 3600) * interval '1 second'
        where id in (
            select id from logout_delivery where client_id = $4 and next_attempt_at <= $1 and expires_at > $1
            order by next_attempt_at limit $3 for update skip locked)
        returning id, client_id, sid, subject
        """;

    private const string WaitingSql = "select distinct client_id from logout_delivery where next_attempt_at <= $1 and expires_at > $1";

    /// <summary>How many are delivered to one client side by side.</summary>
    private const int AtOnce = 20;

    private const string DoneSql = $"""
        with done as (delete from logout_delivery where id = $1 returning client_id, attempts)
        insert into delivery_attempt ({DeliveryLog.Columns})
        select $2, client_id, '{DeliveryLog.Logout}', $1, $3, attempts, $4, $5, $6::int, null from done
        """;

    private const string NotTakenSql = $"""
        insert into delivery_attempt ({DeliveryLog.Columns})
        select $2, client_id, '{DeliveryLog.Logout}', id, $3, attempts, $4, $5, $6::int, next_attempt_at from logout_delivery where id = $1
        """;

    private const string GiveUpSql = $"""
        with given_up as (delete from logout_delivery where expires_at <= $1 returning id, client_id, attempts)
        insert into delivery_attempt ({DeliveryLog.Columns})
        select gen_random_uuid(), client_id, '{DeliveryLog.Logout}', id, null, attempts, $1, '{DeliveryResult.GivenUp}', null, null from given_up
        """;

    private static readonly HttpStatusCode[] Taken = [HttpStatusCode.OK, HttpStatusCode.NoContent];

    /// <summary>The clients that are to be told: they come and go. One that may not be used now is told when it may again.</summary>
    public string[] ClientIds => [.. clients.Lasting.Where(c => c.BackchannelLogoutUri is not null).Select(c => c.Id)];

    /// <summary>Tells one client, if it may be told. A failure stays in the table.</summary>
    public async Task Deliver(LogoutDelivery delivery, CancellationToken cancellation)
    {
        try
        {
            if (clients.Find(delivery.ClientId) is not { BackchannelLogoutUri: { } address } client)
                return;
            var jti = Guid.CreateVersion7();
            using var form = new FormUrlEncodedContent([new("logout_token", await tokens.Logout(delivery, jti, cancellation))]);
            var result = await http.Deliver(client, address, form, Taken, refusal: null, cancellation);
            if (!result.IsDelivered)
                NotTaken(delivery.ClientId, result.Result, result.Status);
            await database.Run(
                result.IsDelivered ? DoneSql : NotTakenSql, cancellation,
                delivery.Id, Guid.CreateVersion7(), jti, time.GetUtcNow(), result.Result, result.Status);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            NotNoted(delivery.ClientId, e.GetType().Name);
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> Waiting(CancellationToken cancellation) =>
        [.. (await database.Many(WaitingSql, row => row.GetString(0), cancellation, time.GetUtcNow()))
            .Where(clientId => clients.Find(clientId)?.BackchannelLogoutUri is not null)];

    /// <inheritdoc/>
    public async Task<bool> DeliverDue(string clientId, CancellationToken cancellation)
    {
        var due = await database.Many(ClaimDueSql, LogoutDelivery.Read, cancellation, time.GetUtcNow(), FirstRetryAfter, AtOnce, clientId);
        await Task.WhenAll(due.Select(delivery => Deliver(delivery, cancellation)));
        return due.Count == AtOnce;
    }

    /// <inheritdoc/>
    public Task Tidy(CancellationToken cancellation) => database.Run(GiveUpSql, cancellation, time.GetUtcNow());

    [LoggerMessage(LogLevel.Warning, "{ClientId} did not take a logout token ({Result}, status {Status}); it will be sent again")]
    private partial void NotTaken(string clientId, string result, int? status);

    [LoggerMessage(LogLevel.Warning, "How a logout token to {ClientId} went could not be written ({Reason}); it will be sent again")]
    private partial void NotNoted(string clientId, string reason);
}
