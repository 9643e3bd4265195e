using Npgsql;

namespace Hutong.IdentityLink.Storage;

/// <summary>Runs one statement with positional parameters. Each is its own transaction: what must be atomic is one statement.</summary>
internal static class Sql
{
    /// <summary>Runs a statement and returns how many rows it touched.</summary>
    public static async Task<int> Run(
        this NpgsqlDataSource database, string sql, CancellationToken cancellation, params IReadOnlyList<object?> arguments)
    {
        await using var command = Command(database, sql, arguments);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>The first row, or null.</summary>
    public static async Task<T?> One<T>(
        this NpgsqlDataSource database, string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellation,
        params IReadOnlyList<object?> arguments) where T : class
    {
        await using var command = Command(database, sql, arguments);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? read(reader) : null;
    }

    /// <summary>Every row.</summary>
    public static async Task<List<T>> Many<T>(
        this NpgsqlDataSource database, string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellation,
        params IReadOnlyList<object?> arguments)
    {
        var rows = new List<T>();
        await using var command = Command(database, sql, arguments);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            rows.Add(read(reader));
        return rows;
    }

    /// <summary>A column that may be null.</summary>
    public static string? Text(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    /// <summary>A point in time, UTC.</summary>
    public static DateTimeOffset Time(this NpgsqlDataReader row, int column) => row.GetFieldValue<DateTimeOffset>(column);

    private static NpgsqlCommand Command(NpgsqlDataSource database, string sql, IReadOnlyList<object?> arguments)
    {
        var command = database.CreateCommand(sql);
        foreach (var argument in arguments)
            command.Parameters.Add(new NpgsqlParameter { Value = argument ?? DBNull.Value });
        return command;
    }
}
