using System.Net;
using Hutong.IdentityLink.Storage;
using Hutong.ServiceDefaults.Outgoing;
using Npgsql;

namespace Hutong.IdentityLink.Provider;

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
    NpgsqlDataSource database, Clients clients, Tokens tokens, IHttpClientFactory http, TimeProvider time, ILogger<BackchannelLogout> log)
{
    /// <summary>The first attempt is over by then.</summary>
    public static readonly TimeSpan FirstRetryAfter = TimeSpan.FromSeconds(15);

    /// <summary>A client that is away for longer learns it from its next refresh.</summary>
    public static readonly TimeSpan GiveUpAfter = TimeSpan.FromDays(1);

    // Skips what another instance is delivering; the next attempt comes later each time, up to five minutes.
    private const string ClaimDueSql = """
        update logout_delivery set
            attempts = attempts + 1,
            next_attempt_at = $1 + $2 + least(power(2, attempts), 300) * interval '1 second'
        where id in (
            select id from logout_delivery where client_id = $4 and next_attempt_at <= $1 and expires_at > $1
            order by next_attempt_at limit $3 for update skip locked)
        returning id, client_id, sid, subject
        """;

    private const string WaitingSql = """
        select client_id from unnest($2::text[]) as c (client_id)
        where exists (
            select from logout_delivery d where d.client_id = c.client_id and d.next_attempt_at <= $1 and d.expires_at > $1)
        """;

    /// <summary>How many are delivered to one client side by side.</summary>
    private const int AtOnce = 20;

    private const string DoneSql = "delete from logout_delivery where id = $1";

    /// <summary>The clients that want to be told now: they come and go.</summary>
    public string[] ClientIds => [.. clients.All.Where(c => c.BackchannelLogoutUri is not null).Select(c => c.Id)];

    /// <summary>Tells one client. A failure stays in the table.</summary>
    public async Task Deliver(LogoutDelivery delivery, CancellationToken cancellation)
    {
        if (clients.Find(delivery.ClientId)?.BackchannelLogoutUri is not { } address)
        {
            await database.Run(DoneSql, cancellation, delivery.Id);
            return;
        }
        try
        {
            using var client = http.CreateClient(PartnerCalls.ClientName);
            using var form = new FormUrlEncodedContent([new("logout_token", await tokens.Logout(delivery, cancellation))]);
            using var answer = await client.PostAsync(new Uri(address), form, cancellation);
            if (answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.NoContent)
                await database.Run(DoneSql, cancellation, delivery.Id);
            else
                NotTaken(delivery.ClientId, (int)answer.StatusCode);
        }
        catch (Exception e) when (OutgoingCalls.IsNoAnswer(e) || e is NpgsqlException or TimeoutException)
        {
            NoAnswer(delivery.ClientId, PartnerCalls.ReasonOf(e));
        }
    }

    /// <summary>The clients to whom something is due.</summary>
    public Task<List<string>> Waiting(CancellationToken cancellation) =>
        database.Many(WaitingSql, row => row.GetString(0), cancellation, time.GetUtcNow(), ClientIds);

    /// <summary>Delivers some of what is due to a client.</summary>
    /// <returns>Whether more may be due.</returns>
    public async Task<bool> DeliverDue(string clientId, CancellationToken cancellation)
    {
        var due = await database.Many(ClaimDueSql, LogoutDelivery.Read, cancellation, time.GetUtcNow(), FirstRetryAfter, AtOnce, clientId);
        await Task.WhenAll(due.Select(delivery => Deliver(delivery, cancellation)));
        return due.Count == AtOnce;
    }

    [LoggerMessage(LogLevel.Warning, "{ClientId} did not take a logout token: status {Status}; it will be sent again")]
    private partial void NotTaken(string clientId, int status);

    [LoggerMessage(LogLevel.Warning, "{ClientId} could not be told of a logout ({Reason}); it will be tried again")]
    private partial void NoAnswer(string clientId, string reason);
}
