using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Hutong.EventStore;

/// <summary>
/// Brings a database to its schema by the versioned scripts embedded in assemblies (<c>….Schema.NNN_name.sql</c>).
/// A script is applied once, in name order, and never edited after it has landed. Safe when several instances start
/// at once: one applies, the others wait and find it done.
/// </summary>
public static class SchemaScripts
{
    private const string LockSql = "select pg_advisory_xact_lock(7230173120)";

    private const string LedgerSql = """
        create table if not exists schema_script (
            name        text collate "C" primary key,
            sha256      text not null,
            applied_at  timestamptz not null default now())
        """;

    /// <summary>Applies what is missing, all in one transaction.</summary>
    /// <param name="database">The database; its role must own it.</param>
    /// <param name="assemblies">Where scripts are embedded, in the order in which they build on each other.</param>
    /// <param name="cancellation">Ends the attempt; nothing is applied then.</param>
    /// <exception cref="InvalidOperationException">A script was edited after it had been applied here.</exception>
    public static async Task Apply(NpgsqlDataSource database, IReadOnlyList<Assembly> assemblies, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await Execute(connection, LockSql, cancellation);
        await Execute(connection, LedgerSql, cancellation);
        var applied = await Applied(connection, cancellation);
        foreach (var (name, sql) in assemblies.SelectMany(Scripts))
        {
            var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql.ReplaceLineEndings("\n"))));
            if (applied.TryGetValue(name, out var before))
            {
                if (before != hash)
                    throw new InvalidOperationException($"Schema script {name} was changed after it was applied. Restore it, and write a new script.");
                continue;
            }
            await Execute(connection, sql, cancellation);
            await using var record = new NpgsqlCommand("insert into schema_script (name, sha256) values ($1, $2)", connection);
            record.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
            record.Parameters.Add(new NpgsqlParameter<string> { TypedValue = hash });
            await record.ExecuteNonQueryAsync(cancellation);
        }
        await transaction.CommitAsync(cancellation);
    }

    private static async Task<Dictionary<string, string>> Applied(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var applied = new Dictionary<string, string>(StringComparer.Ordinal);
        await using var command = new NpgsqlCommand("select name, sha256 from schema_script", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            applied.Add(reader.GetString(0), reader.GetString(1));
        return applied;
    }

    private static IEnumerable<(string Name, string Sql)> Scripts(Assembly assembly)
    {
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.EndsWith(".sql", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var text = new StreamReader(assembly.GetManifestResourceStream(name)!);
            yield return (name, text.ReadToEnd());
        }
    }

    private static async Task Execute(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
