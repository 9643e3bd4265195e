using System.Text;
using Hutong.EventStore.PersonalData;
using Hutong.IdentityLink.Storage;
using Npgsql;

namespace Hutong.IdentityLink.Passkeys;

/// <summary>What a challenge was given out for.</summary>
public enum CeremonyKind
{
    /// <summary>To be let in.</summary>
    SignIn,

    /// <summary>To become known to us.</summary>
    Register,

    /// <summary>To add a way in.</summary>
    Add,
}

/// <summary>
/// The challenges under way: each is taken once, only by the browser and the person it was made for, and only for what
/// it was made for. Whether the answer was right does not matter: it is used up.
/// </summary>
public sealed class CeremonyRows(NpgsqlDataSource database, KeyEncryption encryption, TimeProvider time)
{
    private const string AddSql = """
        insert into passkey_ceremony (id_hash, browser_hash, kind, person_id, kek_id, wrapped_state, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7)
        """;

    private const string TakeSql = """
        delete from passkey_ceremony
        where id_hash = $1 and browser_hash = $2 and kind = $3 and person_id is not distinct from $4 and expires_at > $5
        returning kek_id, wrapped_state
        """;

    /// <summary>Keeps what the handler needs to check the answer, encrypted: a name may be in it.</summary>
    /// <returns>What to send along with the answer.</returns>
    public async Task<string> Begin(CeremonyKind kind, byte[] browserHash, Guid? personId, string state, CancellationToken cancellation)
    {
        var id = Secret.New();
        var idHash = Secret.Hash(id);
        var wrapped = encryption.Wrap(Encoding.UTF8.GetBytes(state), idHash);
        await database.Run(
            AddSql, cancellation, idHash, browserHash, kind.ToString(), personId, wrapped.KekId, wrapped.Bytes,
            time.GetUtcNow() + PasskeyOptions.Timeout);
        return id;
    }

    /// <summary>Takes what was kept; null where there is nothing of this kind for this browser and person.</summary>
    public async Task<string?> Take(CeremonyKind kind, string id, byte[] browserHash, Guid? personId, CancellationToken cancellation)
    {
        var idHash = Secret.Hash(id);
        var wrapped = await database.One(
            TakeSql, row => new WrappedSecret(row.GetString(0), row.GetFieldValue<byte[]>(1)),
            cancellation, idHash, browserHash, kind.ToString(), personId, time.GetUtcNow());
        return wrapped is null ? null : Encoding.UTF8.GetString(encryption.Unwrap(wrapped, idHash));
    }
}
