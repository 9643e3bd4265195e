using System.Text;
using System.Text.Json;
using Hutong.EventStore.PersonalData;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Storage;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Hutong.IdentityLink.Signing;

/// <summary>
/// The keys that tokens are signed with, shared by all instances. Of each algorithm one signs and another is published to
/// follow it; which is which is a matter of the times in their rows and the database's clock, so that no instance has to do
/// anything at the moment of the change. The private part leaves this process only wrapped by a key-encryption key, and is
/// deleted once the key signs no more.
/// </summary>
public sealed partial class SigningKeys(
    NpgsqlDataSource database, KeyEncryption encryption, IOptions<SigningKeyOptions> options, IOptions<ProviderOptions> provider,
    ILogger<SigningKeys> log) : IDisposable
{
    /// <summary>A token that came back at its very end, or was put aside, can still be verified for so long.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromHours(1);

    /// <summary>Longer than any instance goes without looking at the keys.</summary>
    private static readonly TimeSpan InUseAfterItsEnd = TimeSpan.FromHours(1);

    private const string ReadSql = """
        select kid, algorithm, generation, kek_id, wrapped_private_key, public_key, created_at, signs_from, withdrawn_at, now()
        from signing_key order by algorithm, generation desc
        """;

    // Of instances that find a generation missing one makes it; the others find it made.
    private const string CreateSql = """
        insert into signing_key (kid, algorithm, generation, kek_id, wrapped_private_key, public_key, created_at, signs_from)
        values ($1, $2, $3, $4, $5, $6::jsonb, now(), case when $7 then now() else greatest(now() + $8, $9::timestamptz) end)
        on conflict do nothing
        """;

    private const string PublishSql = "update signing_key set public_key = $2::jsonb where kid = $1 and public_key is null";

    private const string ForgetSql = """
        update signing_key k set kek_id = null, wrapped_private_key = null
        where wrapped_private_key is not null and public_key is not null and exists (
            select from signing_key n
            where n.algorithm = k.algorithm and n.generation > k.generation and n.signs_from < now() - $1
              and (n.withdrawn_at is null or n.withdrawn_at >= n.signs_from))
        """;

    // Of two that are ordered at once one counts: not what has only just begun to sign.
    private const string RotateSql = """
        update signing_key n set signs_from = greatest(now(), created_at + $1)
        where signs_from > greatest(now(), created_at + $1) and withdrawn_at is null and not exists (
            select from signing_key c
            where c.algorithm = n.algorithm and c.signs_from <= now() and c.signs_from > now() - $1 and c.withdrawn_at is null)
        """;

    // If it is the one that signs, the next does from now on, however short a time it was published: worse than a token that
    // somebody has to look the keys up for is one by a key that leaked.
    private const string WithdrawSql = """
        with withdrawn as (
            update signing_key set withdrawn_at = now(), kek_id = null, wrapped_private_key = null
            where kid = $1 and withdrawn_at is null and public_key is not null
            returning algorithm, generation, signs_from),
        followed as (
            update signing_key n set signs_from = now() from withdrawn w
            where n.algorithm = w.algorithm and n.signs_from > now() and n.withdrawn_at is null and w.signs_from <= now()
              and not exists (
                  select from signing_key c
                  where c.algorithm = w.algorithm and c.generation > w.generation and c.withdrawn_at is null and c.signs_from <= now()))
        select 'withdrawn' from withdrawn
        """;

    private readonly SemaphoreSlim loading = new(1, 1);
    private readonly Dictionary<string, SigningKey> signers = new(StringComparer.Ordinal);
    private volatile KeyRing? ring;

    /// <summary>The keys when they were last looked at; null before the first look.</summary>
    public KeyRing? Known => ring;

    /// <summary>The keys, as they were when they were last looked at: some seconds ago at most, see <see cref="KeepingSigningKeys"/>.</summary>
    public ValueTask<KeyRing> Ring(CancellationToken cancellation) => ring is { } known ? new(known) : new(Keep(cancellation));

    /// <summary>Looks at the keys, and makes what is missing: of each algorithm one that signs, and one to follow it.</summary>
    public async Task<KeyRing> Keep(CancellationToken cancellation)
    {
        await loading.WaitAsync(cancellation);
        KeyRing? found = null;
        try
        {
            var now = await Read(cancellation);
            // Twice for an algorithm that has none: the first signs at once.
            while (SigningAlgorithms.All.FirstOrDefault(algorithm => now.Current(algorithm) is null || now.Next(algorithm) is null) is { } missing)
            {
                // Until a next one can be made the current ones do: what is missing is told by the alarm.
                if (SigningAlgorithms.All.All(algorithm => now.Current(algorithm) is not null))
                    found = now;
                await Create(missing, now, cancellation);
                now = await Read(cancellation);
            }
            found = now;
            await database.Run(ForgetSql, cancellation, InUseAfterItsEnd);
            return now;
        }
        finally
        {
            ring = found ?? ring;
            loading.Release();
        }
    }

    /// <summary>Lets the published keys sign now, or as soon as they have been published long enough; unless the last have only begun to.</summary>
    public async Task<KeyRing> Rotate(CancellationToken cancellation)
    {
        await Keep(cancellation);
        await database.Run(RotateSql, cancellation, options.Value.PublishedBefore);
        return await Keep(cancellation);
    }

    /// <summary>Takes back a key that leaked: nothing it signed is believed any more, and the next signs in its place.</summary>
    /// <returns>The keys; null where there is no such key, or it was withdrawn before.</returns>
    public async Task<KeyRing?> Withdraw(string kid, CancellationToken cancellation)
    {
        await Keep(cancellation);
        return await database.One(WithdrawSql, row => row.GetString(0), cancellation, kid) is null ? null : await Keep(cancellation);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        loading.Dispose();
        foreach (var signer in signers.Values)
            signer.Dispose();
    }

    private async Task<KeyRing> Read(CancellationToken cancellation)
    {
        var now = DateTimeOffset.MinValue;
        var keys = new List<HeldKey>();
        var rows = await database.Many(ReadSql, KeyRow.Read, cancellation);
        foreach (var kid in signers.Keys.Except(rows.Where(row => row.Wrapped is not null).Select(row => row.Kid)).ToList())
            signers.Remove(kid);
        foreach (var row in rows)
        {
            if (row.Wrapped is { } wrapped && !signers.ContainsKey(row.Kid))
                signers[row.Kid] = SigningKey.Of(row.Algorithm, encryption.Unwrap(wrapped, Encoding.UTF8.GetBytes(row.Kid)));
            if (row.Public is null)
                await database.Run(PublishSql, cancellation, row.Kid, Json(signers[row.Kid].Public));
            keys.Add(new(row.Public ?? signers[row.Kid].Public, row.Generation, row.CreatedAt, row.SignsFrom, row.WithdrawnAt));
            now = row.Now;
        }
        var longest = (TimeSpan[])[provider.Value.IdTokenLifetime, Tokens.InternalLifetime, Tokens.LogoutLifetime];
        return new KeyRing(keys, signers.ToDictionary(), now, longest.Max() + Slack);
    }

    private async Task Create(string algorithm, KeyRing now, CancellationToken cancellation)
    {
        var pkcs8 = SigningAlgorithms.NewKey(algorithm);
        using var key = SigningKey.Of(algorithm, pkcs8);
        var wrapped = encryption.Wrap(pkcs8, Encoding.UTF8.GetBytes(key.Public.Kid));
        var current = now.Current(algorithm);
        var generation = now.Generations(algorithm) + 1;
        var made = await database.Run(
            CreateSql, cancellation, key.Public.Kid, algorithm, generation, wrapped.KekId, wrapped.Bytes, Json(key.Public), current is null,
            options.Value.PublishedBefore, current?.SignsFrom + options.Value.RotateAfter);
        if (made > 0)
            Made(algorithm, generation, key.Public.Kid);
    }

    private static string Json(PublicKey key) => JsonSerializer.Serialize(key, SigningJson.Default.PublicKey);

    [LoggerMessage(LogLevel.Information, "Signing key {Algorithm} {Generation} is made and published: {Kid}")]
    private partial void Made(string algorithm, int generation, string kid);

    private sealed record KeyRow(
        string Kid, string Algorithm, int Generation, WrappedSecret? Wrapped, PublicKey? Public, DateTimeOffset CreatedAt, DateTimeOffset SignsFrom,
        DateTimeOffset? WithdrawnAt, DateTimeOffset Now)
    {
        public static KeyRow Read(NpgsqlDataReader row) => new(
            row.GetString(0),
            row.GetString(1),
            row.GetInt32(2),
            row.IsDBNull(3) ? null : new(row.GetString(3), row.GetFieldValue<byte[]>(4)),
            row.Text(5) is { } json ? JsonSerializer.Deserialize(json, SigningJson.Default.PublicKey) : null,
            row.Time(6),
            row.Time(7),
            row.IsDBNull(8) ? null : row.Time(8),
            row.Time(9));
    }
}
