using Npgsql;

namespace Hutong.Attribution.Reporting;

/// <summary>Reads the rows of a constant statement.</summary>
internal static class Reading
{
    public static async Task<List<T>> Rows<T>(
        this NpgsqlDataSource database, string sql, IReadOnlyList<object> values, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        var rows = new List<T>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            rows.Add(read(reader));
        return rows;
    }
}
