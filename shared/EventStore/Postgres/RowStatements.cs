using System.Collections.Concurrent;
using Npgsql;
using NpgsqlTypes;

namespace Hutong.EventStore.Postgres;

/// <summary>
/// The row writes of a commit as one statement per table and kind. Each statement takes the rows of accepted units
/// only (<c>hutong.accepted</c>, set by the append function in the same transaction), and comes to what the writes
/// would have come to one after the other.
/// </summary>
/// <remarks>
/// Deletes run first, so that a freed key can be claimed or written again; then claims, then upserts, the last of
/// each key, of those that no later delete undoes. <see cref="GroupBoundary"/> keeps units apart for which that
/// would not be the same as one after the other.
/// </remarks>
internal static class RowStatements
{
    private static readonly ConcurrentDictionary<(ITable, RowWriteKind), string> Sql = new();

    /// <summary>The statements, tables in name order and rows in key order: two commits lock in one order.</summary>
    public static IEnumerable<NpgsqlBatchCommand> For(IReadOnlyList<UnitOfWork> units)
    {
        var writes = new List<(int Unit, RowWrite Row)>();
        for (var u = 0; u < units.Count; u++)
        {
            foreach (var row in units[u].Rows)
                writes.Add((u + 1, row));
        }
        if (writes.Count == 0)
            yield break;
        foreach (var table in writes.GroupBy(w => w.Row.Table).OrderBy(g => g.Key.Name, StringComparer.Ordinal))
        {
            var unit = table.Select(w => w.Unit).ToArray();
            var kind = table.Select(w => (int)w.Row.Kind).ToArray();
            var row = table.Select(w => w.Row.Json).ToArray();
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
        var name = Quoted(table.Name);
        var columns = string.Join(", ", table.Columns.Select(Quoted));
        var key = string.Join(", ", table.Key.Select(Quoted));
        // The accepted units as a scalar subquery: it is evaluated once, not for each row.
        var written = $"""
            with written as materialized (
                select w.write_kind, w.write_no, r.*
                from unnest($1, $2, $3) with ordinality as w (write_unit, write_kind, write_row, write_no),
                     jsonb_populate_record(null::{name}, w.write_row) as r
                where w.write_unit = any ((select current_setting('hutong.accepted')::int[])::int[])),
            standing as (
                select * from written w where write_kind = {(int)kind} and not exists (
                    select from written d
                    where d.write_kind = {(int)RowWriteKind.Delete} and d.write_no > w.write_no and {SameKey(table, "d", "w")}))
            """;
        return kind switch
        {
            RowWriteKind.Delete => $"""
                {written}
                delete from {name} t using (select distinct {key} from written where write_kind = {(int)kind} order by {key}) d
                where {SameKey(table, "t", "d")}
                """,
            // Every claim is inserted, not the last of its key: two claims of one key must collide.
            RowWriteKind.Claim => $"""
                {written}
                insert into {name} ({columns}) select {columns} from standing order by {key}
                """,
            RowWriteKind.Upsert => $"""
                {written}
                insert into {name} ({columns})
                select {columns} from (select distinct on ({key}) * from standing order by {key}, write_no desc) last
                on conflict ({key}) do {Update(table)}
                """,
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
    }

    private static string SameKey(ITable table, string a, string b) =>
        string.Join(" and ", table.Key.Select(k => $"{a}.{Quoted(k)} = {b}.{Quoted(k)}"));

    private static string Update(ITable table)
    {
        var others = table.Columns.Except(table.Key).Select(Quoted).ToArray();
        return others.Length == 0 ? "nothing" : $"update set {string.Join(", ", others.Select(c => $"{c} = excluded.{c}"))}";
    }

    /// <summary>A column may be called what SQL reserves, such as <c>order</c>.</summary>
    private static string Quoted(string identifier) => $"\"{identifier}\"";
}
