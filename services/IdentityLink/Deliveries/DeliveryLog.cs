using System.Globalization;
using System.Text.Json.Serialization;
using Hutong.IdentityLink.Storage;
using Npgsql;

namespace Hutong.IdentityLink.Deliveries;

/// <summary>An attempt to deliver something, as the client reads it.</summary>
/// <param name="DeliveryId">Names the delivery: the same through all its attempts.</param>
/// <param name="Attempt">Which attempt, from 1.</param>
/// <param name="At">When, UTC.</param>
/// <param name="Jti">The <c>jti</c> of the token that was sent; null where the delivery was given up.</param>
/// <param name="Result">How it went, <c>delivered</c>, <c>refused</c>, a word of the client's own, or why there was no answer; <c>given_up</c> where there will be no other.</param>
/// <param name="Status">The status of the answer; null where there was none.</param>
/// <param name="NextAttemptAt">When it is tried again at the earliest, UTC; null where it is not.</param>
public sealed record LoggedAttempt(
    Guid DeliveryId, int Attempt, DateTimeOffset At, Guid? Jti, string Result, int? Status, DateTimeOffset? NextAttemptAt);

/// <summary>Some attempts, the newest first.</summary>
/// <param name="Attempts">The attempts.</param>
/// <param name="Next">What to send as <c>before</c> for the next, older ones; null where these are the last.</param>
public sealed record DeliveryLogPage(IReadOnlyList<LoggedAttempt> Attempts, string? Next);

/// <summary>
/// How deliveries to clients went. It is written in the statement that ends or postpones a delivery, and kept for 30 days;
/// of whom a delivery was about it tells nothing.
/// </summary>
public sealed class DeliveryLog(NpgsqlDataSource database)
{
    /// <summary>The columns that a statement of a delivery writes.</summary>
    public const string Columns = "id, client_id, kind, delivery_id, jti, attempt, at, result, status, next_attempt_at";

    /// <summary>The kind of logout tokens.</summary>
    public const string Logout = "logout";

    /// <summary>The kind of security events.</summary>
    public const string Event = "event";

    private const int AtMost = 100;

    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    private const string PageSql = """
        select delivery_id, attempt, at, jti, result, status, next_attempt_at, id from delivery_attempt
        where client_id = $1 and kind = $2 and (at, id) < ($3, $4)
        order by at desc, id desc limit $5
        """;

    private const string ForgetSql = "delete from delivery_attempt where at <= $1";

    /// <summary>Some of a client's attempts.</summary>
    /// <param name="clientId">The client.</param>
    /// <param name="kind">Of which kind.</param>
    /// <param name="before">The place to go on from, see <see cref="Parse"/>.</param>
    /// <param name="cancellation">Ends the read.</param>
    public async Task<DeliveryLogPage> Of(string clientId, string kind, (DateTimeOffset At, Guid Id) before, CancellationToken cancellation)
    {
        var found = await database.Many(PageSql, Read, cancellation, clientId, kind, before.At, before.Id, AtMost + 1);
        return found.Count <= AtMost
            ? new([.. found.Select(row => row.Attempt)], null)
            : new([.. found.Take(AtMost).Select(row => row.Attempt)], $"{found[AtMost - 1].Attempt.At.UtcTicks}.{found[AtMost - 1].Id:N}");
    }

    /// <summary>The place of a cursor, the newest for null; null for a text that is none.</summary>
    public static (DateTimeOffset At, Guid Id)? Parse(string? cursor) => cursor is null
        ? (DateTimeOffset.MaxValue, Guid.Empty)
        : cursor.Split('.') is [var text, var id]
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) && ticks <= DateTime.MaxValue.Ticks
            && Guid.TryParseExact(id, "N", out var attempt)
                ? (new(ticks, TimeSpan.Zero), attempt)
                : null;

    /// <summary>Forgets what was kept long enough.</summary>
    public Task Forget(DateTimeOffset now, CancellationToken cancellation) => database.Run(ForgetSql, cancellation, now - Kept);

    private static (LoggedAttempt Attempt, Guid Id) Read(NpgsqlDataReader row) => (
        new(
            row.GetGuid(0),
            row.GetInt32(1),
            row.Time(2),
            row.IsDBNull(3) ? null : row.GetGuid(3),
            row.GetString(4),
            row.IsDBNull(5) ? null : row.GetInt32(5),
            row.IsDBNull(6) ? null : row.Time(6)),
        row.GetGuid(7));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(DeliveryLogPage))]
internal sealed partial class DeliveryJson : JsonSerializerContext;
