using Hutong.IdentityLink.Storage;
using Npgsql;

namespace Hutong.IdentityLink.SigningIn;

/// <summary>What a visit to a platform is for.</summary>
/// <param name="Intent">To sign in, or to link the account to who is signed in.</param>
/// <param name="PersonId">Who began a link; null for a sign-in.</param>
/// <param name="RequestId">The authorization request that waits for the sign-in; null where none does.</param>
public sealed record Visit(VisitIntent Intent, Guid? PersonId = null, string? RequestId = null);

/// <summary>Why somebody goes to a platform.</summary>
public enum VisitIntent
{
    /// <summary>To be let in.</summary>
    SignIn,

    /// <summary>To prove an account that is to be linked.</summary>
    Link,
}

/// <summary>
/// The <c>state</c> of visits to platforms (RFC 6749, section 10.12): each is taken once, only by the browser that
/// began it, and only by the answer of the platform it went to (RFC 9700, section 4.4: mix-up).
/// </summary>
public sealed class CallbackStates(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>Long enough to sign in at a platform by hand.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    private const string AddSql = """
        insert into callback_state (state_hash, browser_hash, platform, intent, person_id, request_id, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7)
        """;

    private const string TakeSql = """
        delete from callback_state where state_hash = $1 and browser_hash = $2 and platform = $3 and expires_at > $4
        returning intent, person_id, request_id
        """;

    /// <summary>Begins a visit.</summary>
    /// <returns>The state to send along.</returns>
    public async Task<string> Begin(byte[] browserHash, string platform, Visit visit, CancellationToken cancellation)
    {
        var state = Secret.New();
        await database.Run(
            AddSql, cancellation, Secret.Hash(state), browserHash, platform, visit.Intent.ToString(), visit.PersonId, visit.RequestId,
            time.GetUtcNow() + Lifetime);
        return state;
    }

    /// <summary>Takes the visit that an answer belongs to; null where there is none, or not for this browser and platform.</summary>
    public Task<Visit?> Take(string state, byte[] browserHash, string platform, CancellationToken cancellation) =>
        database.One(
            TakeSql,
            row => new Visit(Enum.Parse<VisitIntent>(row.GetString(0)), row.IsDBNull(1) ? null : row.GetGuid(1), row.Text(2)),
            cancellation, Secret.Hash(state), browserHash, platform, time.GetUtcNow());
}
