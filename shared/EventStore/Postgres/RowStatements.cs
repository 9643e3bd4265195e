using System.Collections.Concurrent;
using Npgsql;
using NpgsqlTypes;

namespace Hutong.EventStore.Postgres;

/// <summary>
/// The row writes of a commit as one statement per table and kind. Each statement takes the rows of accepted units
/// only (<c>hutong.accepted</c>, set by the append function in the same transaction), and of several writes to one
/// key the last.
/// </summary>
internal static class RowStatements
{
    private static readonly ConcurrentDictionary<(ITable, RowWriteKind), string> Sql = new();

    public static IEnumerable<NpgsqlBatchCommand> For(IReadOnlyList<UnitOfWork> units)
    {
        if (units.All(u => u.Rows.Count == 0))
            yield break;
        var tables = units
            .SelectMany((unit, index) => unit.Rows.Select(row => (Unit: index + 1, Row: row)))
            .GroupBy(w => w.Row.Table)
            .OrderBy(g => g.Key.Name, StringComparer.Ordinal);
        foreach (var table in tables)
        {
            var unit = table.Select(w => w.Unit).ToArray();
            var kind = table.Select(w => (int)w.Row.Kind).ToArray();
            var row = table.Select(w => w.Row.Json).ToArray();
            // Deletes first, so that a freed key can be claimed again in the same commit.
            foreach (var statement in table.Select(w => w.Row.Kind).Distinct().OrderByDescending(k => k))
            {
                var command = new NpgsqlBatchCommand(Sql.GetOrAdd((table.Key, statement), key => Statement(key.Item1, key.Item2)));
                command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = unit });
                command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = kind });
                command.Parameters.Add(new NpgsqlParameter { Value = row, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb });
                yield return command;
            }
        }
    }

    private static string Statement(ITable table, RowWriteKind kind)
    {
        var columns = string.Join(", ", table.Columns);
        var key = string.Join(", ", table.Key);
        var written = $"""
            with written as (
                select w.kind, w.ord, r.*
                from unnest($1, $2, $3) with ordinality as w (unit, kind, row, ord),
                     jsonb_populate_record(null::{table.Name}, w.row) as r
                where w.unit = any (current_setting('hutong.accepted')::int[])),
            last as (select distinct on ({key}) * from written order by {key}, ord desc)
            """;
        return kind switch
        {
            RowWriteKind.Delete => $"""
                {written}
                delete from {table.Name} t using last
                where last.kind = {(int)kind} and {string.Join(" and ", table.Key.Select(k => $"t.{k} = last.{k}"))}
                """,
            RowWriteKind.Upsert => $"""
                {written}
                insert into {table.Name} ({columns})
                select {columns} from last where kind = {(int)kind}
                on conflict ({key}) do {Update(table)}
                """,
            // Every claim is inserted, not the last of its key: two claims of one key in one group must collide.
            RowWriteKind.Claim => $"""
                {written}
                insert into {table.Name} ({columns})
                select {columns} from written w where kind = {(int)kind}
                    and not exists (select from written l where {string.Join(" and ", table.Key.Select(k => $"l.{k} = w.{k}"))}
                                    and l.ord > w.ord and l.kind <> w.kind)
                order by {key}
                """,
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
    }

    private static string Update(ITable table)
    {
        var others = table.Columns.Except(table.Key).ToArray();
        return others.Length == 0 ? "nothing" : $"update set {string.Join(", ", others.Select(c => $"{c} = excluded.{c}"))}";
    }
}
