using System.Text.Json;
using System.Text.Json.Serialization;
using Hutong.IdentityLink.Storage;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Hutong.IdentityLink.Linking;

/// <summary>
/// Proofs that wait to be confirmed. A proof is bound to the person, the browser session and the account, and holds once.
/// </summary>
public sealed class LinkProofs(NpgsqlDataSource database, IOptions<LinkingOptions> options, TimeProvider time)
{
    private const string AddSql =
        "insert into link_proof (id_hash, browser_hash, person_id, proved, expires_at) values ($1, $2, $3, $4::jsonb, $5)";

    private const string FindSql =
        "select proved from link_proof where id_hash = $1 and browser_hash = $2 and person_id = $3 and expires_at > $4";

    // One statement: of two that present a proof at once, one gets it.
    private const string TakeSql =
        "delete from link_proof where id_hash = $1 and browser_hash = $2 and person_id = $3 and expires_at > $4 returning proved";

    /// <summary>Keeps a proof.</summary>
    /// <returns>What to present to use it.</returns>
    public async Task<string> Add(byte[] browserHash, Guid personId, ProvedAccount proved, CancellationToken cancellation)
    {
        var proof = Secret.New();
        await database.Run(
            AddSql, cancellation, Secret.Hash(proof), browserHash, personId,
            JsonSerializer.Serialize(proved, ProvedAccountJson.Default.ProvedAccount), time.GetUtcNow() + options.Value.ProofLifetime);
        return proof;
    }

    /// <summary>Looks at a proof without using it; null where it is not this person's, from this browser, or is over.</summary>
    public Task<ProvedAccount?> Find(string proof, byte[] browserHash, Guid personId, CancellationToken cancellation) =>
        Read(FindSql, proof, browserHash, personId, cancellation);

    /// <summary>Uses a proof up.</summary>
    public Task<ProvedAccount?> Take(string proof, byte[] browserHash, Guid personId, CancellationToken cancellation) =>
        Read(TakeSql, proof, browserHash, personId, cancellation);

    private Task<ProvedAccount?> Read(string sql, string proof, byte[] browserHash, Guid personId, CancellationToken cancellation) =>
        database.One(
            sql, row => JsonSerializer.Deserialize(row.GetString(0), ProvedAccountJson.Default.ProvedAccount)!,
            cancellation, Secret.Hash(proof), browserHash, personId, time.GetUtcNow());
}

[JsonSerializable(typeof(ProvedAccount))]
internal sealed partial class ProvedAccountJson : JsonSerializerContext;
