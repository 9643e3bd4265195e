using Npgsql;
using NpgsqlTypes;

namespace Hutong.Gateway.Storage;

/// <summary>One statement with positional parameters, on a pooled connection or within a transaction.</summary>
internal static class Sql
{
    /// <summary>Runs a statement.</summary>
    /// <returns>How many rows it changed.</returns>
    public static async Task<int> Run(this NpgsqlDataSource database, string sql, CancellationToken cancellation, params object[] values)
    {
        await using var command = Fill(database.CreateCommand(sql), values);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <inheritdoc cref="Run(NpgsqlDataSource, string, CancellationToken, object[])"/>
    public static async Task<int> Run(this NpgsqlConnection connection, string sql, CancellationToken cancellation, params object[] values)
    {
        await using var command = Fill(new NpgsqlCommand(sql, connection), values);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Reads the first row; null where there is none.</summary>
    public static async Task<T?> One<T>(
        this NpgsqlDataSource database, string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellation, params object[] values)
        where T : class
    {
        await using var command = Fill(database.CreateCommand(sql), values);
        return await First(command, read, cancellation);
    }

    /// <inheritdoc cref="One{T}(NpgsqlDataSource, string, Func{NpgsqlDataReader, T}, CancellationToken, object[])"/>
    public static async Task<T?> One<T>(
        this NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellation, params object[] values)
        where T : class
    {
        await using var command = Fill(new NpgsqlCommand(sql, connection), values);
        return await First(command, read, cancellation);
    }

    /// <summary>A moment in a column, UTC.</summary>
    public static DateTimeOffset Time(this NpgsqlDataReader row, int column) => row.GetFieldValue<DateTimeOffset>(column);

    private static async Task<T?> First<T>(NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
        where T : class
    {
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? read(reader) : null;
    }

    private static NpgsqlCommand Fill(NpgsqlCommand command, object[] values)
    {
        foreach (var value in values)
        {
            command.Parameters.Add(value is DateTimeOffset time
                ? new NpgsqlParameter { Value = time.ToUniversalTime(), NpgsqlDbType = NpgsqlDbType.TimestampTz }
                : new NpgsqlParameter { Value = value });
        }
        return command;
    }
}
