namespace Hutong.EventStore.Postgres;

/// <summary>
/// Units that must not share a transaction, because one statement serves all of a group: a second delivery of one
/// message must see the first one's inbox row, and a claim must see what an earlier unit freed or took.
/// </summary>
internal static class GroupBoundary
{
    [Flags]
    private enum Writes
    {
        None = 0,
        Claims = 1,
        Others = 2,
        Mixed = Claims | Others,
    }

    /// <summary>The index of the first unit that must go into the next transaction; null when all can go together.</summary>
    public static int? In(IReadOnlyList<UnitOfWork> units)
    {
        if (units.Count == 1)
            return null;
        var messages = new HashSet<(string, Guid)>();
        var writes = new Dictionary<ITable, Writes>();
        for (var i = 0; i < units.Count; i++)
        {
            if (units[i].Inbox is { } inbox && !messages.Add((inbox.Consumer, inbox.MessageId)))
                return i;
            if (units[i].Rows.Count > 0 && !Join(writes, units[i].Rows))
                return i;
        }
        return null;
    }

    /// <summary>Units may share a table when all of them claim in it, or none does.</summary>
    private static bool Join(Dictionary<ITable, Writes> group, IReadOnlyList<RowWrite> rows)
    {
        foreach (var (table, writes) in Of(rows))
        {
            var before = group.GetValueOrDefault(table);
            if (before != Writes.None && (before != writes || writes == Writes.Mixed))
                return false;
            group[table] = writes;
        }
        return true;
    }

    private static Dictionary<ITable, Writes> Of(IReadOnlyList<RowWrite> rows)
    {
        var writes = new Dictionary<ITable, Writes>();
        foreach (var row in rows)
            writes[row.Table] = writes.GetValueOrDefault(row.Table) | (row.Kind == RowWriteKind.Claim ? Writes.Claims : Writes.Others);
        return writes;
    }
}
