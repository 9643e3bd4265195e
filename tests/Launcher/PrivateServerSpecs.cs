using Hutong.Testing;
using Npgsql;

[assembly: AssemblyFixture(typeof(Servers))]

namespace Hutong.Launcher.Tests;

public sealed class PrivateServerSpecs(Servers servers)
{
    [Fact]
    public async Task A_role_enters_its_own_database_and_no_other()
    {
        var own = await servers.NewDatabase();
        var other = new NpgsqlConnectionStringBuilder(await servers.NewDatabase());

        (await Scalar(own, "SELECT current_user = current_database()")).ShouldBe(true);
        var intrusion = new NpgsqlConnectionStringBuilder(own) { Database = other.Database };
        var refusal = await Should.ThrowAsync<PostgresException>(() => Scalar(intrusion.ConnectionString, "SELECT 1"));
        refusal.SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege);
    }

    [Fact]
    public async Task Making_a_database_again_keeps_what_is_in_it()
    {
        var server = await servers.Postgres;
        var first = await server.CreateDatabase("made_twice", "made_twice", "one password");
        await Scalar(first, "CREATE TABLE kept (id int)");

        var second = await server.CreateDatabase("made_twice", "made_twice", "another password");

        (await Scalar(second, "SELECT count(*) FROM kept")).ShouldBe(0L);
        NpgsqlConnection.ClearAllPools();
        await server.DropDatabase("made_twice", "made_twice");
    }

    [Fact]
    public async Task A_killed_PostgreSQL_starts_again_with_what_was_committed()
    {
        await using var postgres = await servers.StartPostgresOfOwn();
        var database = await postgres.Server.CreateDatabase("kept", "kept", "secret");
        await Scalar(database, "CREATE TABLE kept AS SELECT 42 AS answer");

        await postgres.Kill();
        (await postgres.Server.Answers()).ShouldBeFalse();
        NpgsqlConnection.ClearAllPools();
        await postgres.Start();

        (await Scalar(database, "SELECT answer FROM kept")).ShouldBe(42);
    }

    [Fact]
    public async Task A_killed_RabbitMQ_starts_again_with_its_virtual_hosts()
    {
        await using var rabbitMq = await servers.StartBrokerOfOwn();
        await rabbitMq.Server.AddVhost("kept");

        await rabbitMq.Kill();
        (await rabbitMq.Server.Answers()).ShouldBeFalse();
        await rabbitMq.Start();

        (await rabbitMq.Server.Queues("kept")).ShouldBeEmpty();
    }

    private static async Task<object?> Scalar(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
