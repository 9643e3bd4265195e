using System.Text;
using Npgsql;

namespace Hutong.EndToEnd.Tests.Privacy;

/// <summary>Everything a service's database holds, as text.</summary>
internal static class Findings
{
    private static readonly string[] Log = ["mt_events", "mt_streams", "parked_message"];

    /// <summary>The rows of the event log, the streams and the parked messages.</summary>
    public static Task<List<string>> LogOf(string database) => Rows(database, Log.Contains);

    /// <summary>The rows of every other table: read models, sessions.</summary>
    public static Task<List<string>> ReadModelsOf(string database) => Rows(database, table => !Log.Contains(table));

    /// <summary>The rows of every table.</summary>
    public static Task<List<string>> AllOf(string database) => Rows(database, _ => true);

    /// <summary>The lines of every log under a folder, as the bytes they are.</summary>
    public static async IAsyncEnumerable<(string Log, byte[] Line)> LinesOf(string folder)
    {
        foreach (var log in Directory.GetFiles(folder, "*.log", SearchOption.AllDirectories))
        {
            await using var file = new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(file, Encoding.Latin1);
            while (await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
                yield return (Path.GetFileName(log), Encoding.Latin1.GetBytes(line));
        }
    }

    private static async Task<List<string>> Rows(string database, Func<string, bool> wanted)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        var rows = new List<string>();
        var tables = await Read(connection, "select table_name from information_schema.tables where table_schema = current_schema()");
        foreach (var table in tables.Where(wanted))
            rows.AddRange(await Read(connection, $"""select row_to_json(t)::text from "{table}" t"""));
        return rows;
    }

    private static async Task<List<string>> Read(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var values = new List<string>();
        while (await reader.ReadAsync())
            values.Add(reader.GetString(0));
        return values;
    }

    /// <summary>Where in a text something was found, without the whole of it.</summary>
    public static string Place(string source, byte[] haystack) =>
        $"{source}: {Encoding.UTF8.GetString(haystack, 0, Math.Min(haystack.Length, 200))}";
}
