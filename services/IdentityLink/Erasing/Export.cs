using System.Text.Json;
using System.Text.Json.Serialization;
using Hutong.EventStore;
using Hutong.EventStore.PersonalData;
using Hutong.IdentityLink.Pages;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Sessions;
using Hutong.IdentityLink.Storage;
using Npgsql;

namespace Hutong.IdentityLink.Erasing;

/// <summary>Everything that is known about a person.</summary>
/// <param name="ExportedAt">UTC.</param>
/// <param name="Accounts">The linked accounts, with what their platforms told.</param>
/// <param name="Consents">What partners may have.</param>
/// <param name="Subjects">By which <c>sub</c> partners know the person.</param>
/// <param name="Sessions">The signed-in browsers.</param>
/// <param name="History">What happened, the oldest first; of everybody the person was merged from, too.</param>
public sealed record Export(
    DateTimeOffset ExportedAt, IReadOnlyList<ExportedAccount> Accounts, IReadOnlyList<ExportedConsent> Consents,
    IReadOnlyDictionary<string, string> Subjects, IReadOnlyList<ExportedSession> Sessions, IReadOnlyList<ExportedEvent> History);

/// <summary>A linked account.</summary>
/// <param name="Platform">Such as <c>weibo</c>.</param>
/// <param name="Subject">Its id there.</param>
/// <param name="DisplayName">What the platform called it when it was linked; null where it has no name.</param>
/// <param name="LinkedAt">UTC.</param>
public sealed record ExportedAccount(string Platform, string? Subject, string? DisplayName, DateTimeOffset LinkedAt);

/// <summary>A consent.</summary>
public sealed record ExportedConsent(string Partner, IReadOnlyList<string> Scopes, string TextVersion);

/// <summary>A signed-in browser.</summary>
public sealed record ExportedSession(string Platform, DateTimeOffset SignedInAt, DateTimeOffset ExpiresAt);

/// <summary>Something that happened.</summary>
/// <param name="At">UTC.</param>
/// <param name="What">The event's stored name.</param>
/// <param name="Platform">The platform concerned; null where there is none.</param>
public sealed record ExportedEvent(DateTimeOffset At, string What, string? Platform);

/// <summary>Collects what is known about a person, with the personal values opened.</summary>
public sealed class Exporting(IEventStore store, PersonKeys keys, LinkedAccounts accounts, NpgsqlDataSource database, TimeProvider time)
{
    private const string SessionsSql =
        "select account, authenticated_at, expires_at from live_session where person_id = $1 order by authenticated_at";

    /// <summary>All that is known about a person.</summary>
    public async Task<Export> Of(Guid personId, CancellationToken cancellation)
    {
        var person = (await store.Load(Person.Fold, Person.StreamOf(personId), cancellation: cancellation)).State;
        Guid[] everybody = [personId, .. person.Has.Absorptions.Select(merge => merge.From)];
        var opened = await keys.Find(everybody, cancellation);
        var history = new List<ExportedEvent>();
        var subjects = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var one in everybody)
        {
            foreach (var stored in (await store.ReadStream(Person.StreamOf(one), cancellation: cancellation)).Events)
            {
                history.Add(new(stored.Timestamp, stored.Type, PlatformOf(stored.Data)));
                if (stored.Data is AccountLinked linked && opened.TryGetValue(one, out var key))
                    subjects[linked.Account] = key.Open(linked.Subject);
            }
        }
        return new(
            time.GetUtcNow(),
            [.. (await accounts.Of(personId, cancellation)).Select(account =>
                new ExportedAccount(account.Platform, subjects.GetValueOrDefault(account.Account), account.DisplayName, account.LinkedAt))],
            [.. person.Has.Consents.Select(held => new ExportedConsent(held.ClientId, held.Scopes, held.TextVersion))],
            person.Subjects,
            await database.Many(
                SessionsSql, row => new ExportedSession(AccountStreams.PlatformOf(row.GetString(0)), row.Time(1), row.Time(2)),
                cancellation, personId),
            [.. history.OrderBy(entry => entry.At)]);
    }

    private static string? PlatformOf(object @event) => @event switch
    {
        AccountLinked e => e.Platform,
        AccountUnlinked e => e.Platform,
        SignedIn e => e.Platform,
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

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(Export))]
internal sealed partial class ExportJson : JsonSerializerContext;
