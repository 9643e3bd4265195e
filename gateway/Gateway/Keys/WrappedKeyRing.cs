using System.Xml.Linq;
using Hutong.EventStore.PersonalData;
using Hutong.EventStore.PersonalData.Rotation;
using Npgsql;

namespace Hutong.Gateway.Keys;

/// <summary>The Data Protection keys as secrets that a key-encryption key wraps, inside the XML that <see cref="KeyWrapping"/> writes.</summary>
internal sealed class WrappedKeyRing(KeyEncryption encryption) : IWrappedSecrets
{
    private const string ReadSql = "select name, element from data_protection_key order by name for update";

    private const string PutSql = "update data_protection_key set element = $2 where name = $1";

    public string Name => "data_protection_key";

    public async Task<IReadOnlyDictionary<string, long>> Count(NpgsqlConnection connection, CancellationToken cancellation) =>
        (await Read(connection, cancellation))
            .SelectMany(row => Wrapped(row.Element))
            .GroupBy(KeyWrapping.KekOf)
            .ToDictionary(group => group.Key, group => group.LongCount());

    /// <remarks>All of the ring at once: it is a handful of keys.</remarks>
    public async Task<int> Rewrap(NpgsqlConnection connection, int atMost, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var count = 0;
        foreach (var (name, element) in await Read(connection, cancellation))
        {
            var old = Wrapped(element).Where(wrapped => encryption.Others.Contains(KeyWrapping.KekOf(wrapped))).ToList();
            if (old.Count == 0)
                continue;
            foreach (var wrapped in old)
                wrapped.ReplaceWith(KeyWrapping.Wrap(encryption, KeyWrapping.Unwrap(encryption, wrapped)));
            await using var put = new NpgsqlCommand(PutSql, connection);
            put.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
            put.Parameters.Add(new NpgsqlParameter<string> { TypedValue = element.ToString(SaveOptions.DisableFormatting) });
            await put.ExecuteNonQueryAsync(cancellation);
            count += old.Count;
        }
        await transaction.CommitAsync(cancellation);
        return count;
    }

    private static IEnumerable<XElement> Wrapped(XElement element) => element.DescendantsAndSelf(KeyWrapping.Element);

    private static async Task<List<(string Name, XElement Element)>> Read(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var rows = new List<(string, XElement)>();
        await using var command = new NpgsqlCommand(ReadSql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            rows.Add((reader.GetString(0), XElement.Parse(reader.GetString(1))));
        return rows;
    }
}
