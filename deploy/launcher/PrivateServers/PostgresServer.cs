using Npgsql;

namespace Hutong.Launcher.PrivateServers;

/// <summary>A PostgreSQL server, ours or an existing one, on which we may make databases and roles.</summary>
/// <param name="administrator">A connection string of a role with the rights of a superuser.</param>
public sealed class PostgresServer(string administrator)
{
    /// <summary>The connection string of the administrator.</summary>
    public string Administrator { get; } = new NpgsqlConnectionStringBuilder(administrator)
    {
        // The default asks for Kerberos first, which costs seconds where there is none.
        GssEncryptionMode = GssEncryptionMode.Disable,
        // Used for a handful of statements; an idle pooled connection would outlive a restarted server.
        Pooling = false,
    }.ConnectionString;

    /// <summary>
    /// Makes a role and a database that only this role may enter. What exists stays; the role's password
    /// is set to the one given.
    /// </summary>
    /// <returns>The role's connection string to its database.</returns>
    public async Task<string> CreateDatabase(
        string name, string role, string password, CancellationToken cancellation = default)
    {
        await using var connection = new NpgsqlConnection(Administrator);
        await connection.OpenAsync(cancellation);

        var roleExists = await Exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = $1", role, cancellation);
        await Execute(connection, roleExists ? "ALTER ROLE %I LOGIN PASSWORD %L" : "CREATE ROLE %I LOGIN PASSWORD %L",
            [role, password], cancellation);
        if (!await Exists(connection, "SELECT 1 FROM pg_database WHERE datname = $1", name, cancellation))
            await Execute(connection, "CREATE DATABASE %I OWNER %I TEMPLATE template0", [name, role], cancellation);
        await Execute(connection, "REVOKE ALL ON DATABASE %I FROM PUBLIC", [name], cancellation);

        return new NpgsqlConnectionStringBuilder(Administrator)
        {
            Database = name,
            Username = role,
            Password = password,
            Pooling = true,
        }.ConnectionString;
    }

    /// <summary>Drops a database and its role, ending the connections to it.</summary>
    public async Task DropDatabase(string name, string role, CancellationToken cancellation = default)
    {
        await using var connection = new NpgsqlConnection(Administrator);
        await connection.OpenAsync(cancellation);
        await Execute(connection, "DROP DATABASE IF EXISTS %I WITH (FORCE)", [name], cancellation);
        await Execute(connection, "DROP ROLE IF EXISTS %I", [role], cancellation);
    }

    /// <summary>Drops a database, ending the connections to it; its role stays.</summary>
    public async Task DropDatabase(string name, CancellationToken cancellation = default)
    {
        await using var connection = new NpgsqlConnection(Administrator);
        await connection.OpenAsync(cancellation);
        await Execute(connection, "DROP DATABASE IF EXISTS %I WITH (FORCE)", [name], cancellation);
    }

    /// <summary>Gives databases other names, one after the other, all or none.</summary>
    /// <exception cref="PostgresException">Somebody is connected to one of them, or a name is taken.</exception>
    public async Task Rename(IEnumerable<(string From, string To)> databases, CancellationToken cancellation = default)
    {
        await using var connection = new NpgsqlConnection(Administrator);
        await connection.OpenAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        foreach (var (from, to) in databases)
            await Execute(connection, "ALTER DATABASE %I RENAME TO %I", [from, to], cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>The administrator's connection string to a database.</summary>
    public string AdministratorOf(string name) => new NpgsqlConnectionStringBuilder(Administrator) { Database = name }.ConnectionString;

    /// <summary>Whether the server takes connections.</summary>
    public async Task<bool> Answers(CancellationToken cancellation = default)
    {
        try
        {
            await using var connection = new NpgsqlConnection(Administrator);
            await connection.OpenAsync(cancellation);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private static async Task<bool> Exists(
        NpgsqlConnection connection, string sql, string name, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = name } } };
        return await command.ExecuteScalarAsync(cancellation) is not null;
    }

    /// <summary>DDL takes no parameters: the server itself quotes the names and passwords into it.</summary>
    private static async Task Execute(
        NpgsqlConnection connection, string template, string[] values, CancellationToken cancellation)
    {
        await using var format = new NpgsqlCommand("SELECT format($1, VARIADIC $2)", connection)
        {
            Parameters = { new() { Value = template }, new() { Value = values } },
        };
        var statement = (string)(await format.ExecuteScalarAsync(cancellation))!;
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
