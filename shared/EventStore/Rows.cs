using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Hutong.EventStore;

/// <summary>
/// A table that inline projections write. Its columns are the row record's JSON properties, in snake case; the row
/// travels as JSON, and PostgreSQL casts each property to its column's type.
/// </summary>
/// <typeparam name="TRow">A record with one property per column written.</typeparam>
public sealed class Table<TRow> : ITable where TRow : notnull
{
    private readonly JsonTypeInfo<TRow> json;

    /// <summary>Describes a table.</summary>
    /// <param name="name">The table's name.</param>
    /// <param name="json">
    /// The row's shape, from a context with <see cref="JsonKnownNamingPolicy.SnakeCaseLower"/>.
    /// </param>
    /// <param name="key">The columns of its primary key.</param>
    /// <exception cref="ArgumentException">A key column is not among the row's properties.</exception>
    public Table(string name, JsonTypeInfo<TRow> json, params IReadOnlyList<string> key)
    {
        this.json = json;
        Name = name;
        Key = key;
        Columns = [.. json.Properties.Select(p => p.Name)];
        if (key.FirstOrDefault(k => !Columns.Contains(k)) is { } missing)
            throw new ArgumentException($"Key column {missing} of {name} is not a property of {typeof(TRow).Name}.", nameof(key));
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Key { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>Writes the row, replacing the one with the same key.</summary>
    public RowWrite Upsert(TRow row) => new(this, RowWriteKind.Upsert, JsonSerializer.Serialize(row, json));

    /// <summary>Inserts the row as a uniqueness claim: if its key or another unique column is taken, the unit is refused.</summary>
    public RowWrite Claim(TRow row) => new(this, RowWriteKind.Claim, JsonSerializer.Serialize(row, json));

    /// <summary>Deletes the row with the same key; the other properties do not matter.</summary>
    public RowWrite Delete(TRow row) => new(this, RowWriteKind.Delete, JsonSerializer.Serialize(row, json));
}

/// <summary>A table's name, key and columns.</summary>
public interface ITable
{
    /// <summary>The table's name.</summary>
    string Name { get; }

    /// <summary>The columns of its primary key.</summary>
    IReadOnlyList<string> Key { get; }

    /// <summary>The columns written.</summary>
    IReadOnlyList<string> Columns { get; }
}

/// <summary>What a row write does.</summary>
public enum RowWriteKind
{
    /// <summary>Insert, or replace the row with the same key.</summary>
    Upsert,

    /// <summary>Insert, and refuse the unit if a unique value is taken.</summary>
    Claim,

    /// <summary>Delete by key.</summary>
    Delete,
}

/// <summary>One row to write along with a unit's events. Within one commit the last write of a key wins.</summary>
/// <param name="Table">The table.</param>
/// <param name="Kind">Upsert, claim or delete.</param>
/// <param name="Json">The row as a JSON object of columns.</param>
public sealed record RowWrite(ITable Table, RowWriteKind Kind, string Json);
