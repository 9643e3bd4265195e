using System.Text.Json;
using Hutong.EventStore.PersonalData;
using Hutong.IdentityLink.Platforms;
using Hutong.IdentityLink.Storage;
using Npgsql;

namespace Hutong.IdentityLink.SigningIn;

/// <summary>What a visit to a platform is for.</summary>
/// <param name="Intent">To sign in, to link the account to who is signed in, or to recover somebody.</param>
/// <param name="PersonId">To whom the account is to be linked; null for a sign-in.</param>
/// <param name="RequestId">The authorization request that waits for the sign-in; null where none does.</param>
public sealed record Visit(VisitIntent Intent, Guid? PersonId = null, string? RequestId = null)
{
    /// <summary>Where other ways are open if this one fails.</summary>
    public string BackTo => this switch
    {
        { Intent: VisitIntent.Link } => "/account",
        { Intent: VisitIntent.Recover } => "/recover",
        { RequestId: { } request } => $"/sign-in?request={request}",
        _ => "/sign-in",
    };
}

/// <summary>A visit that a platform's answer ends.</summary>
/// <param name="Visit">What it was for.</param>
/// <param name="AtPlatform">What the platform was told, and what its answer is held against.</param>
public sealed record AnsweredVisit(Visit Visit, PlatformVisit AtPlatform);

/// <summary>Why somebody goes to a platform.</summary>
public enum VisitIntent
{
    /// <summary>To be let in.</summary>
    SignIn,

    /// <summary>To prove an account that is to be linked.</summary>
    Link,

    /// <summary>To prove the account by which somebody is to be recovered.</summary>
    Recover,
}

/// <summary>
/// The <c>state</c> of visits to platforms (RFC 6749, section 10.12): each is taken once, only by the browser that
/// began it, and only by the answer of the platform it went to (RFC 9700, section 4.4: mix-up).
/// </summary>
public sealed class CallbackStates(NpgsqlDataSource database, KeyEncryption encryption, TimeProvider time)
{
    /// <summary>Long enough to sign in at a platform by hand.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    private const string AddSql = """
        insert into callback_state (state_hash, browser_hash, platform, intent, person_id, request_id, kek_id, wrapped_visit, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """;

    private const string TakeSql = """
        delete from callback_state
        where state_hash = $1 and browser_hash = $2 and platform = $3 and expires_at > $4 and wrapped_visit is not null
        returning intent, person_id, request_id, kek_id, wrapped_visit
        """;

    /// <summary>Keeps a visit until its answer comes.</summary>
    public Task Keep(byte[] browserHash, string platform, Visit visit, PlatformVisit atPlatform, CancellationToken cancellation)
    {
        var stateHash = Secret.Hash(atPlatform.State);
        var wrapped = encryption.Wrap(
            JsonSerializer.SerializeToUtf8Bytes(atPlatform, PlatformVisitJson.Default.PlatformVisit), bound: stateHash);
        return database.Run(
            AddSql, cancellation, stateHash, browserHash, platform, visit.Intent.ToString(), visit.PersonId, visit.RequestId,
            wrapped.KekId, wrapped.Bytes, time.GetUtcNow() + Lifetime);
    }

    /// <summary>Takes the visit that an answer belongs to; null where there is none, or not for this browser and platform.</summary>
    public Task<AnsweredVisit?> Take(string state, byte[] browserHash, string platform, CancellationToken cancellation)
    {
        var stateHash = Secret.Hash(state);
        return database.One(TakeSql, Read, cancellation, stateHash, browserHash, platform, time.GetUtcNow());

        AnsweredVisit Read(NpgsqlDataReader row) => new(
            new Visit(Enum.Parse<VisitIntent>(row.GetString(0)), row.IsDBNull(1) ? null : row.GetGuid(1), row.Text(2)),
            JsonSerializer.Deserialize(
                encryption.Unwrap(new(row.GetString(3), row.GetFieldValue<byte[]>(4)), bound: stateHash),
                PlatformVisitJson.Default.PlatformVisit)!);
    }
}
