using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using Hutong.EventStore;
using Hutong.EventStore.PersonalData;
using Hutong.IdentityLink.Pages;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Registration;
using Hutong.IdentityLink.Revoking;
using Hutong.IdentityLink.Sessions;
using Hutong.IdentityLink.Storage;
using Npgsql;

namespace Hutong.IdentityLink.Erasing;

/// <summary>Everything that is known about a person.</summary>
/// <param name="ExportedAt">UTC.</param>
/// <param name="Accounts">The linked accounts, with what their platforms told.</param>
/// <param name="Passkeys">What is kept of the passkeys among them.</param>
/// <param name="Clients">The apps they registered and did not give up.</param>
/// <param name="Consents">What partners may have.</param>
/// <param name="Subjects">By which <c>sub</c> partners know the person.</param>
/// <param name="Sessions">The signed-in browsers.</param>
/// <param name="Notices">What the person was told of, the oldest first.</param>
/// <param name="Receipts">The receipts of the person, and of everybody they were merged from.</param>
/// <param name="History">What happened, the oldest first; of everybody the person was merged from, too.</param>
public sealed record Export(
    DateTimeOffset ExportedAt, IReadOnlyList<ExportedAccount> Accounts, IReadOnlyList<ExportedPasskey> Passkeys,
    IReadOnlyList<ExportedClient> Clients, IReadOnlyList<ExportedConsent> Consents, IReadOnlyDictionary<string, string> Subjects, IReadOnlyList<ExportedSession> Sessions,
    IAsyncEnumerable<ExportedNotice> Notices, IReadOnlyList<ExportedReceipts> Receipts, IReadOnlyList<ExportedEvent> History);

/// <summary>A linked account.</summary>
/// <param name="Platform">Such as <c>weibo</c>.</param>
/// <param name="Subject">Its id there.</param>
/// <param name="DisplayName">What the platform called it when it was linked; null where it has no name.</param>
/// <param name="LinkedAt">UTC.</param>
public sealed record ExportedAccount(string Platform, string? Subject, string? DisplayName, DateTimeOffset LinkedAt);

/// <summary>A passkey.</summary>
/// <param name="CredentialId">Its id, base64url: the subject of its account.</param>
/// <param name="UserHandle">What authenticators know the person by: random.</param>
/// <param name="PublicKey">COSE_Key, base64url.</param>
/// <param name="SignCount">The authenticator's count when it was last used.</param>
/// <param name="Transports">How the authenticator is reached.</param>
/// <param name="IsBackedUp">Whether the authenticator said that it is backed up.</param>
/// <param name="CreatedAt">UTC.</param>
public sealed record ExportedPasskey(
    string CredentialId, string UserHandle, string PublicKey, long SignCount, IReadOnlyList<string> Transports, bool IsBackedUp,
    DateTimeOffset CreatedAt);

/// <summary>Something the person was told of.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Platform">The platform concerned; null where there is none.</param>
/// <param name="At">UTC.</param>
/// <param name="SeenAt">When they put it away; null while they have not.</param>
public sealed record ExportedNotice(string Kind, string? Platform, DateTimeOffset At, DateTimeOffset? SeenAt);

/// <summary>One chain of receipts, each a compact JWS.</summary>
public sealed record ExportedReceipts(Guid PersonId, IReadOnlyList<string> Receipts);

/// <summary>An app that the person registered.</summary>
/// <param name="ClientId">Its client id.</param>
/// <param name="Name">What people read of it.</param>
/// <param name="Contacts">How to reach those who are responsible.</param>
public sealed record ExportedClient(string ClientId, string Name, IReadOnlyList<string> Contacts);

/// <summary>A consent.</summary>
public sealed record ExportedConsent(string Partner, IReadOnlyList<string> Scopes, string TextVersion);

/// <summary>A signed-in browser.</summary>
public sealed record ExportedSession(string Platform, Device Device, DateTimeOffset BegunAt, DateTimeOffset SignedInAt, DateTimeOffset ExpiresAt);

/// <summary>Something that happened.</summary>
/// <param name="At">UTC.</param>
/// <param name="What">The event's stored name.</param>
/// <param name="Platform">The platform concerned; null where there is none.</param>
/// <param name="Reason">Why an operator did it; null where none did.</param>
public sealed record ExportedEvent(DateTimeOffset At, string What, string? Platform, string? Reason);

/// <summary>Collects what is known about a person, with the personal values opened.</summary>
public sealed class Exporting(IEventStore store, PersonKeys keys, LinkedAccounts accounts, NpgsqlDataSource database, TimeProvider time)
{
    private const string SessionsSql =
        "select account, browser, system, begun_at, authenticated_at, expires_at from live_session where person_id = $1 order by authenticated_at";

    private const string PasskeysSql = """
        select credential_id, user_handle, public_key, sign_count, transports, is_backed_up, created_at
        from passkey join linked_account using (account)
        where person_id = $1
        order by created_at, account
        """;

    private const string ClientsSql =
        "select client_id from registered_client where owner_id = any($1) and status <> 'Retired' order by client_id";

    private const string NoticesSql = """
        select kind, platform, at, seen_at, id from notice
        where person_id = any($1) and (at, id) > ($2, $3)
        order by at, id
        limit 500
        """;

    /// <summary>All that is known about a person. The notices are read while they are written out.</summary>
    public async Task<Export> Of(Guid personId, CancellationToken cancellation)
    {
        var person = (await store.Load(Person.Fold, Person.StreamOf(personId), cancellation: cancellation)).State;
        Guid[] everybody = [personId, .. person.Has.Absorptions.Select(merge => merge.From)];
        var opened = await keys.Find(everybody, cancellation);
        var history = new List<ExportedEvent>();
        var subjects = new Dictionary<string, string>(StringComparer.Ordinal);
        var receipts = new List<ExportedReceipts>();
        foreach (var one in everybody)
        {
            var events = (await store.ReadStream(Person.StreamOf(one), cancellation: cancellation)).Events;
            receipts.Add(new(one, [.. events.Select(stored => stored.Data).OfType<ReceiptIssued>().Select(receipt => receipt.Jws)]));
            foreach (var stored in events)
            {
                var key = opened.GetValueOrDefault(one);
                history.Add(new(stored.Timestamp, stored.Type, PlatformOf(stored.Data), key?.OpenOptional(ReasonIn(stored.Data))));
                if (stored.Data is AccountLinked linked && key is not null)
                    subjects[linked.Account] = key.Open(linked.Subject);
            }
        }
        return new(
            time.GetUtcNow(),
            [.. (await accounts.Of(personId, cancellation)).Select(account =>
                new ExportedAccount(account.Platform, subjects.GetValueOrDefault(account.Account), account.DisplayName, account.LinkedAt))],
            await database.Many(PasskeysSql, Passkey, cancellation, personId),
            await Clients(everybody, opened, cancellation),
            [.. person.Has.Consents.Select(held => new ExportedConsent(held.ClientId, held.Scopes, held.TextVersion))],
            person.Subjects,
            await database.Many(
                SessionsSql,
                row => new ExportedSession(
                    AccountStreams.PlatformOf(row.GetString(0)), new(row.Text(1), row.Text(2)), row.Time(3), row.Time(4), row.Time(5)),
                cancellation, personId),
            Notices(everybody, cancellation),
            receipts,
            [.. history.OrderBy(entry => entry.At)]);
    }

    private async Task<IReadOnlyList<ExportedClient>> Clients(
        Guid[] everybody, IReadOnlyDictionary<Guid, PersonKey> opened, CancellationToken cancellation)
    {
        var clients = new List<ExportedClient>();
        foreach (var id in await database.Many(ClientsSql, row => row.GetString(0), cancellation, [everybody]))
        {
            var client = (await store.Load(RegisteredClient.Fold, RegisteredClient.StreamOf(id), cancellation: cancellation)).State;
            clients.Add(new(id, client.Metadata.Name, RegisteringClients.Open(opened.GetValueOrDefault(client.Owner), client.Contacts)));
        }
        return clients;
    }

    private async IAsyncEnumerable<ExportedNotice> Notices(Guid[] everybody, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (at, id) = (DateTimeOffset.MinValue, Guid.Empty);
        while (true)
        {
            var page = await database.Many(
                NoticesSql,
                row => (
                    Notice: new ExportedNotice(row.GetString(0), row.Text(1), row.Time(2), row.IsDBNull(3) ? null : row.Time(3)),
                    Id: row.GetGuid(4)),
                cancellation, everybody, at, id);
            foreach (var (notice, _) in page)
                yield return notice;
            if (page.Count == 0)
                yield break;
            (at, id) = (page[^1].Notice.At, page[^1].Id);
        }
    }

    private static ExportedPasskey Passkey(NpgsqlDataReader row) => new(
        Base64Url.EncodeToString(row.GetFieldValue<byte[]>(0)), row.GetString(1), Base64Url.EncodeToString(row.GetFieldValue<byte[]>(2)),
        row.GetInt64(3), row.GetFieldValue<string[]>(4), row.GetBoolean(5), row.Time(6));

    private static string? PlatformOf(object @event) => @event switch
    {
        AccountLinked e => e.Platform,
        AccountUnlinked e => e.Platform,
        SignedIn e => e.Platform,
        PersonSoughtInVain e => e.Platform,
        _ => null,
    };

    private static Sealed? ReasonIn(object @event) => @event switch
    {
        PersonViewedByOperator e => e.Reason,
        PersonSoughtInVain e => e.Reason,
        ReachViewed e => e.Reason,
        SignedOutByOperator e => e.Reason,
        _ => null,
    };
}

/// <summary><c>GET /account/export</c>: the person's data as a file, for themselves alone.</summary>
internal static class ExportEndpoint
{
    public static void MapExport(this IEndpointRouteBuilder routes) => routes.MapGet("/account/export", Answer);

    private static async Task<IResult> Answer(HttpContext http, Browser browser, Exporting exporting, CancellationToken cancellation)
    {
        if (browser.Session is not { } session)
            return new SeeOther("/sign-in");
        http.Response.Headers.ContentDisposition = "attachment; filename=\"hutong-export.json\"";
        NoStore.Set(http.Response);
        return Results.Json(await exporting.Of(session.PersonId, cancellation), ExportJson.Default.Export);
    }
}

// Metadata alone: after a few small exports the serializer would take its generated fast path, which cannot await the notices.
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(Export))]
internal sealed partial class ExportJson : JsonSerializerContext;
