using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Hutong.IdentityLink.Deliveries;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Storage;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Hutong.IdentityLink.SecurityEvents;

/// <summary>
/// Delivers security event tokens by push (RFC 8935). They are signed when they go out, by the key of that moment. Of one
/// subject at one client the first that was not taken goes out, and none overtakes it; those of others go on.
/// </summary>
public sealed partial class SecurityEventDeliveries(
    NpgsqlDataSource database, Clients clients, Tokens tokens, IHttpClientFactory http, IOptions<SecurityEventOptions> options, TimeProvider time,
    ILogger<SecurityEventDeliveries> log) : IDeliveries
{
    /// <summary>The name under which the log is read for what is to be told.</summary>
    public const string ReaderName = "SecurityEvents";

    private const string ContentType = "application/secevent+jwt";

    /// <summary>An attempt is over by then.</summary>
    private static readonly TimeSpan FirstRetryAfter = TimeSpan.FromSeconds(15);

    private static readonly HttpStatusCode[] Taken = [HttpStatusCode.Accepted];

    /// <summary>RFC 8935, section 2.4: what a client may say of a token that it does not take.</summary>
    private static readonly string[] Refusals =
        ["invalid_request", "invalid_key", "invalid_issuer", "invalid_audience", "authentication_failed", "access_denied"];

    // That a session is over has the place of the last event that was in the log, and comes behind what that event tells.
    private const string InOrder = "e.position, e.sid is not null, e.number";

    // Nothing behind the place up to which the log has been read: something that happened before may still turn up.
    private const string Due = $"""
        e.closed_at is null and e.next_attempt_at <= $1 and e.expires_at > $1
        and e.position <= (select coalesce(max(last_seq_id), 0) from mt_event_progression where name = '{ReaderName}:All')
        and not exists (
            select from security_event b
            where b.client_id = e.client_id and b.subject = e.subject and b.closed_at is null
              and (b.position, b.sid is not null, b.number) < (e.position, e.sid is not null, e.number))
        """;

    private const string WaitingSql = $"select distinct e.client_id from security_event e where {Due}";

    // Skips what another instance is delivering; the next attempt comes later each time, up to an hour.
    private const string ClaimDueSql = $"""
        update security_event set
            attempts = attempts + 1,
            next_attempt_at = $1 + $2 + least(power(2, attempts), 3600) * interval '1 second'
        where id in (
            select e.id from security_event e where e.client_id = $4 and {Due}
            order by {InOrder} limit $3 for update skip locked)
        returning {SecurityEvent.Columns}
        """;

    private const string CloseSql = $"""
        with closed as (
            update security_event set closed_at = $4 where id = $1 and closed_at is null returning id, client_id, subject, kind, attempts),
        forgotten as (
            delete from security_event e using closed c
            where c.kind = '{SecurityEventKinds.AccountErased}' and e.client_id = c.client_id and e.subject = c.subject and e.id <> c.id)
        insert into delivery_attempt ({DeliveryLog.Columns})
        select $2, client_id, '{DeliveryLog.Event}', $1, $3, attempts, $4, $5, $6::int, null from closed
        """;

    private const string NotTakenSql = $"""
        insert into delivery_attempt ({DeliveryLog.Columns})
        select $2, client_id, '{DeliveryLog.Event}', id, $3, attempts, $4, $5, $6::int, next_attempt_at from security_event where id = $1
        """;

    private const string GiveUpSql = $"""
        with given_up as (
            update security_event set closed_at = $1 where closed_at is null and expires_at <= $1 returning id, client_id, attempts)
        insert into delivery_attempt ({DeliveryLog.Columns})
        select gen_random_uuid(), client_id, '{DeliveryLog.Event}', id, null, attempts, $1, '{DeliveryResult.GivenUp}', null, null from given_up
        """;

    // By when it happened: what is delivered again is not kept longer for it.
    private const string ForgetSql = "delete from security_event where closed_at is not null and occurred_at <= $1";

    private const string ReplaySql = $"""
        update security_event e set closed_at = null, attempts = 0, next_attempt_at = $6, expires_at = $7
        where id in (
            select e.id from security_event e
            where e.client_id = $1 and e.closed_at is not null and e.occurred_at >= $2 and ({InOrder}) > ($3, $8, $4)
            order by {InOrder} limit $5 for update)
        returning {InOrder}
        """;

    /// <summary>How many are delivered to one client side by side, each of another subject.</summary>
    private const int AtOnce = 20;

    private const int ReplayedAtMost = 1000;

    /// <summary>The clients that are to be told: they come and go. One that may not be used now hears of it when it may again.</summary>
    public IReadOnlyList<Client> Clients => [.. clients.Lasting.Where(client => client.SecurityEventsUri is not null)];

    /// <summary>Their ids.</summary>
    public string[] ClientIds => [.. Clients.Select(client => client.Id)];

    /// <summary>How long after it happened an event is given up.</summary>
    public TimeSpan GiveUpAfter => options.Value.GiveUpAfter;

    /// <summary>From when on events can be had again, UTC.</summary>
    public DateTimeOffset KeptSince => time.GetUtcNow() - options.Value.KeptFor;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> Waiting(CancellationToken cancellation) =>
        [.. (await database.Many(WaitingSql, row => row.GetString(0), cancellation, time.GetUtcNow()))
            .Where(clientId => clients.Find(clientId)?.SecurityEventsUri is not null)];

    /// <inheritdoc/>
    public async Task<bool> DeliverDue(string clientId, CancellationToken cancellation)
    {
        var due = await database.Many(ClaimDueSql, SecurityEvent.Read, cancellation, time.GetUtcNow(), FirstRetryAfter, AtOnce, clientId);
        var taken = await Task.WhenAll(due.Select(happened => Deliver(happened, cancellation)));
        // What was taken may have had another of the same subject behind it.
        return taken.Contains(true);
    }

    /// <inheritdoc/>
    public async Task Tidy(CancellationToken cancellation)
    {
        await database.Run(GiveUpSql, cancellation, time.GetUtcNow());
        await database.Run(ForgetSql, cancellation, KeptSince);
    }

    /// <summary>Has events delivered again that a client took, or that were given up, in their order and each with its <c>jti</c>.</summary>
    /// <param name="clientId">The client.</param>
    /// <param name="since">From when on they happened, UTC.</param>
    /// <param name="after">The place to go on from.</param>
    /// <param name="cancellation">Ends it before its commit.</param>
    public async Task<Replayed> Replay(string clientId, DateTimeOffset since, EventCursor after, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var places = await database.Many(
            ReplaySql, row => new EventCursor(row.GetInt64(0), row.GetBoolean(1), row.GetInt64(2)), cancellation,
            clientId, since, after.Position, after.Number, ReplayedAtMost, now, now + GiveUpAfter, after.IsOfSession);
        return new(
            places.Count,
            places.Count < ReplayedAtMost ? null : places.MaxBy(place => (place.Position, place.IsOfSession, place.Number))!.ToString());
    }

    private async Task<bool> Deliver(SecurityEvent happened, CancellationToken cancellation)
    {
        try
        {
            // A client that wants to be told no more is told no more; it may want to again.
            if (clients.Find(happened.ClientId) is not { SecurityEventsUri: { } address } client)
                return false;
            using var content = new ByteArrayContent(Encoding.ASCII.GetBytes(await tokens.Event(happened, cancellation)));
            content.Headers.ContentType = new MediaTypeHeaderValue(ContentType);
            var result = await http.Deliver(client, address, content, Taken, Refusal, cancellation);
            if (!result.IsDelivered)
                NotTaken(happened.ClientId, result.Result, result.Status);
            await database.Run(
                result.IsDelivered ? CloseSql : NotTakenSql, cancellation,
                happened.Id, Guid.CreateVersion7(), happened.Id, time.GetUtcNow(), result.Result, result.Status);
            return result.IsDelivered;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            NotNoted(happened.ClientId, e.GetType().Name);
            return false;
        }
    }

    private static async Task<string?> Refusal(HttpResponseMessage answer)
    {
        if (answer.StatusCode != HttpStatusCode.BadRequest)
            return null;
        try
        {
            using var body = JsonDocument.Parse(await answer.Content.ReadAsStreamAsync());
            return body.RootElement.ValueKind == JsonValueKind.Object && body.RootElement.TryGetProperty("err", out var error)
                ? Refusals.FirstOrDefault(known => error.ValueKind == JsonValueKind.String && error.ValueEquals(known))
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [LoggerMessage(LogLevel.Warning, "{ClientId} did not take a security event ({Result}, status {Status}); it will be sent again")]
    private partial void NotTaken(string clientId, string result, int? status);

    [LoggerMessage(LogLevel.Warning, "How a security event to {ClientId} went could not be written ({Reason}); it will be sent again")]
    private partial void NotNoted(string clientId, string reason);
}

/// <summary>What is delivered again.</summary>
/// <param name="Count">How many.</param>
/// <param name="Next">What to send as <c>after</c> for more; null where these are all.</param>
public sealed record Replayed(int Count, string? Next);

/// <summary>A place in the order of a client's events.</summary>
/// <param name="Position">The place in the log.</param>
/// <param name="IsOfSession">Whether it tells that a session is over: such a one comes behind others of the same place.</param>
/// <param name="Number">Which of those.</param>
public sealed record EventCursor(long Position, bool IsOfSession, long Number)
{
    private const string OfSession = "s";

    /// <summary>Before the first.</summary>
    public static EventCursor Start { get; } = new(-1, false, -1);

    /// <summary>The cursor as text; null for a text that is none.</summary>
    public static EventCursor? Parse(string text) =>
        text.Split('.') is [var position, (OfSession or "") and var kind, var number]
            && long.TryParse(position, out var at) && long.TryParse(number, out var which)
                ? new(at, kind == OfSession, which)
                : null;

    /// <inheritdoc/>
    public override string ToString() => $"{Position}.{(IsOfSession ? OfSession : "")}.{Number}";
}
