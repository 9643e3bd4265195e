using System.Text.Json;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Storage;
using Npgsql;

namespace Hutong.IdentityLink.SecurityEvents;

/// <summary>The kinds of security events, as they are stored.</summary>
internal static class SecurityEventKinds
{
    /// <summary>One more account leads to the person. Which one, and at which platform, is nobody's business.</summary>
    public const string AccountLinked = "account_linked";

    /// <summary>An account leads to the person no more.</summary>
    public const string AccountUnlinked = "account_unlinked";

    /// <summary>The subject ended: the person is known by another.</summary>
    public const string SubjectSucceeded = "subject_succeeded";

    /// <summary>The subject holds again, beside the one that had succeeded it.</summary>
    public const string SubjectReinstated = "subject_reinstated";

    /// <summary>A session is over.</summary>
    public const string SessionRevoked = "session_revoked";

    /// <summary>The person took back what they had let the client have.</summary>
    public const string ConsentWithdrawn = "consent_withdrawn";

    /// <summary>The person wanted to be forgotten.</summary>
    public const string AccountErased = "account_erased";

    /// <summary>The address that names a kind: that of OpenID's profiles where they have one that says it, and one of ours otherwise.</summary>
    public static string UriOf(string kind, Issuer issuer) => kind switch
    {
        SessionRevoked => "https://schemas.openid.net/secevent/caep/event-type/session-revoked",
        AccountErased => "https://schemas.openid.net/secevent/risc/event-type/account-purged",
        _ => issuer.Address($"/security_events/types/{kind.Replace('_', '-')}"),
    };
}

/// <summary>Something that happened to somebody whom a client knows.</summary>
/// <param name="Id">Its <c>jti</c>: the same however often it is delivered.</param>
/// <param name="ClientId">The client.</param>
/// <param name="Subject">The person as that client knows them.</param>
/// <param name="Kind">One of <see cref="SecurityEventKinds"/>.</param>
/// <param name="Other">The subject that succeeded this one, or from which it was separated; null for other kinds.</param>
/// <param name="Sid">The session that is over; null for other kinds.</param>
/// <param name="OccurredAt">When, UTC.</param>
public sealed record SecurityEvent(
    Guid Id, string ClientId, string Subject, string Kind, string? Other, Guid? Sid, DateTimeOffset OccurredAt)
{
    internal const string Columns = "id, client_id, subject, kind, other, sid, occurred_at";

    internal static SecurityEvent Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetString(3), row.Text(4), row.IsDBNull(5) ? null : row.GetGuid(5), row.Time(6));
}

/// <summary>What an event's token says besides whom it is from and for.</summary>
internal static class SecurityEventPayload
{
    /// <summary>The subject (RFC 9493, section 3.2.4) and the event (RFC 8417, section 2.2).</summary>
    public static void Write(Utf8JsonWriter claims, SecurityEvent happened, Issuer issuer, SessionNames names)
    {
        claims.WriteStartObject("sub_id");
        claims.WriteString("format", "iss_sub");
        claims.WriteString("iss", issuer.Public);
        claims.WriteString("sub", happened.Subject);
        claims.WriteEndObject();
        claims.WriteStartObject("events");
        claims.WriteStartObject(SecurityEventKinds.UriOf(happened.Kind, issuer));
        claims.WriteNumber("event_timestamp", happened.OccurredAt.ToUnixTimeSeconds());
        if (happened.Sid is { } sid)
            claims.WriteString("sid", names.Of(sid, happened.ClientId));
        if (happened.Other is { } other)
            claims.WriteString(happened.Kind == SecurityEventKinds.SubjectSucceeded ? "succeeded_by" : "separated_from", other);
        claims.WriteEndObject();
        claims.WriteEndObject();
    }
}
