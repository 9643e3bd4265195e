using System.Security.Cryptography;
using System.Text;
using Hutong.EventStore.PersonalData;
using Hutong.IdentityLink.Storage;
using Microsoft.IdentityModel.Tokens;
using Npgsql;

namespace Hutong.IdentityLink.Provider;

/// <summary>
/// The keys that tokens are signed with: RSA, made once, shared by all instances. The private part leaves this process
/// only wrapped by a key-encryption key. A key that signs no more stays: receipts are kept for years and verified by it.
/// </summary>
public sealed class SigningKeys(NpgsqlDataSource database, KeyEncryption encryption, TimeProvider time) : IDisposable
{
    private const int KeyBits = 2048;

    /// <summary>Another instance's new key is seen after this long at the latest.</summary>
    private static readonly TimeSpan RefreshAfter = TimeSpan.FromMinutes(5);

    private const string ReadSql = "select kid, kek_id, wrapped_private_key from signing_key order by generation desc";

    // Of instances that start at once on an empty table one makes the first generation; the others find it made.
    private const string CreateSql = """
        insert into signing_key (kid, generation, kek_id, wrapped_private_key, created_at)
        values ($1, 1, $2, $3, $4)
        on conflict (generation) do nothing
        """;

    private readonly SemaphoreSlim loading = new(1, 1);
    private Loaded? loaded;

    /// <summary>The key to sign with.</summary>
    public async Task<SigningCredentials> Current(CancellationToken cancellation)
    {
        var keys = await All(cancellation);
        return new SigningCredentials(keys[0], SecurityAlgorithms.RsaSha256);
    }

    /// <summary>Every key that a token in circulation may be signed with, the newest first.</summary>
    public async Task<IReadOnlyList<RsaSecurityKey>> All(CancellationToken cancellation)
    {
        if (loaded is { } now && time.GetUtcNow() - now.At < RefreshAfter)
            return now.Keys;
        await loading.WaitAsync(cancellation);
        try
        {
            if (loaded is { } fresh && time.GetUtcNow() - fresh.At < RefreshAfter)
                return fresh.Keys;
            var keys = await Read(cancellation);
            if (keys.Count == 0)
            {
                await Create(cancellation);
                keys = await Read(cancellation);
            }
            loaded = new Loaded(keys, time.GetUtcNow());
            return keys;
        }
        finally
        {
            loading.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => loading.Dispose();

    private Task<List<RsaSecurityKey>> Read(CancellationToken cancellation) =>
        database.Many(ReadSql, row =>
        {
            var kid = row.GetString(0);
            if (loaded?.Keys.FirstOrDefault(key => key.KeyId == kid) is { } known)
                return known;
            var rsa = RSA.Create();
            rsa.ImportPkcs8PrivateKey(
                encryption.Unwrap(new(row.GetString(1), row.GetFieldValue<byte[]>(2)), Encoding.UTF8.GetBytes(kid)), out _);
            return new RsaSecurityKey(rsa) { KeyId = kid };
        }, cancellation);

    private async Task Create(CancellationToken cancellation)
    {
        using var rsa = RSA.Create(KeyBits);
        var kid = Base64UrlEncoder.Encode(new RsaSecurityKey(rsa).ComputeJwkThumbprint());
        var wrapped = encryption.Wrap(rsa.ExportPkcs8PrivateKey(), Encoding.UTF8.GetBytes(kid));
        await database.Run(
            CreateSql, cancellation, kid, wrapped.KekId, wrapped.Bytes, time.GetUtcNow());
    }

    private sealed record Loaded(IReadOnlyList<RsaSecurityKey> Keys, DateTimeOffset At);
}
