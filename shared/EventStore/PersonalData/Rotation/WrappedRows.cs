using System.Security.Cryptography;
using Npgsql;

namespace Hutong.EventStore.PersonalData.Rotation;

/// <summary>Wrapped secrets in the rows of a table whose column <c>kek_id</c> names the key-encryption key.</summary>
/// <typeparam name="TKey">The type of the row's key.</typeparam>
/// <param name="encryption">Wraps and unwraps.</param>
/// <param name="table">The table.</param>
/// <param name="key">Its key column.</param>
/// <param name="secret">The column of the wrapped secret.</param>
/// <param name="bound">What a secret is bound to, of its row's key.</param>
public sealed class WrappedRows<TKey>(KeyEncryption encryption, string table, string key, string secret, Func<TKey, byte[]> bound)
    : IWrappedSecrets where TKey : notnull
{
    private readonly string countSql = $"select kek_id, count(*) from {table} where kek_id is not null group by kek_id";

    // A row that somebody is deleting is left out: it is gone, or comes with the next round. Rows that refer to one may come
    // meanwhile.
    private readonly string takeSql =
        $"select {key}, kek_id, {secret} from {table} where kek_id = any($1) limit $2 for no key update skip locked";

    private readonly string putSql = $"""
        update {table} t set kek_id = $1, {secret} = n.secret from unnest($2, $3) as n (key, secret) where t.{key} = n.key
        """;

    /// <inheritdoc/>
    public string Name => table;

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, long>> Count(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        await using var command = new NpgsqlCommand(countSql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            counts.Add(reader.GetString(0), reader.GetInt64(1));
        return counts;
    }

    /// <inheritdoc/>
    public async Task<int> Rewrap(NpgsqlConnection connection, int atMost, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var rewrapped = new List<(TKey Key, byte[] Secret)>();
        foreach (var (row, wrapped) in await Take(connection, atMost, cancellation))
        {
            if (Anew(row, wrapped) is { } secretAnew)
                rewrapped.Add((row, secretAnew));
        }
        if (rewrapped.Count > 0)
            await Put(connection, rewrapped, cancellation);
        await transaction.CommitAsync(cancellation);
        return rewrapped.Count;
    }

    private async Task<List<(TKey Key, WrappedSecret Wrapped)>> Take(NpgsqlConnection connection, int atMost, CancellationToken cancellation)
    {
        var taken = new List<(TKey, WrappedSecret)>();
        await using var command = new NpgsqlCommand(takeSql, connection);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. encryption.Others] });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = atMost });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            taken.Add((reader.GetFieldValue<TKey>(0), new(reader.GetString(1), reader.GetFieldValue<byte[]>(2))));
        return taken;
    }

    /// <summary>Null for a secret that does not open: it stays as it is, and goes on being counted under its key.</summary>
    private byte[]? Anew(TKey row, WrappedSecret wrapped)
    {
        try
        {
            return encryption.Wrap(encryption.Unwrap(wrapped, bound(row)), bound(row)).Bytes;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private async Task Put(NpgsqlConnection connection, List<(TKey Key, byte[] Secret)> rows, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(putSql, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = encryption.Current });
        command.Parameters.Add(new NpgsqlParameter<TKey[]> { TypedValue = [.. rows.Select(row => row.Key)] });
        command.Parameters.Add(new NpgsqlParameter<byte[][]> { TypedValue = [.. rows.Select(row => row.Secret)] });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
