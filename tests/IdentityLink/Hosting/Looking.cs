using System.Net;
using System.Text.Json.Nodes;
using Hutong.IdentityLink.Storage;
using Npgsql;

namespace Hutong.IdentityLink.Tests.Hosting;

/// <summary>What specs look at, or set back, in the service's database; and what a refusal looks like.</summary>
internal static class Looking
{
    public static async Task<Guid> PersonOf(this IdentityService identity, TestBrowser browser) =>
        (Guid)(await identity.Scalar("select person_id from browser_session where id_hash = $1", Secret.Hash(browser.SessionCookie)))!;

    public static async Task<Guid> SidOf(this IdentityService identity, TestBrowser browser) =>
        (Guid)(await identity.Scalar("select sid from browser_session where id_hash = $1", Secret.Hash(browser.SessionCookie)))!;

    public static async Task<long> Count(this IdentityService identity, string sql, params object[] arguments) =>
        (long)(await identity.Scalar(sql, arguments))!;

    public static Task Sql(this IdentityService identity, string sql, params object[] arguments) => identity.Scalar(sql, arguments);

    public static async Task<object?> Scalar(this IdentityService identity, string sql, params object[] arguments)
    {
        await using var command = identity.Database.CreateCommand(sql);
        foreach (var argument in arguments)
            command.Parameters.Add(new NpgsqlParameter { Value = argument });
        return await command.ExecuteScalarAsync();
    }

    /// <summary>The tables in which a value stands.</summary>
    public static async Task<List<string>> Find(this IdentityService identity, string value)
    {
        var found = new List<string>();
        foreach (var table in await identity.Tables())
        {
            if (await identity.Count($"select count(*) from {table} t where position($1 in t::text) > 0", value) > 0)
                found.Add(table);
        }
        return found;
    }

    public static async Task<List<string>> Tables(this IdentityService identity)
    {
        var tables = new List<string>();
        await using var command = identity.Database.CreateCommand(
            "select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'");
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            tables.Add(reader.GetString(0));
        tables.ShouldContain("mt_events");
        return tables;
    }

    /// <summary>The rows of a person's subjects.</summary>
    public static async Task<List<(string Sector, string Subject)>> Subjects(this IdentityService identity, Guid person)
    {
        await using var command = identity.Database.CreateCommand("select sector, subject from subject where person_id = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = person });
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<(string, string)>();
        while (await reader.ReadAsync())
            rows.Add((reader.GetString(0), reader.GetString(1)));
        return rows;
    }

    public static void ShouldBeRefused(this TestBrowser.Answer answer, string code, HttpStatusCode status = HttpStatusCode.BadRequest)
    {
        answer.ErrorCode.ShouldBe(code, $"{answer.Status} {answer.Location} {answer.Body}");
        answer.Status.ShouldBe(status);
        answer.Headers["Content-Security-Policy"].ShouldContain("default-src 'none'");
    }
}

internal static class TokenAnswers
{
    public static void ShouldBeError(
        this (HttpStatusCode Status, JsonObject Body) answer, string error, HttpStatusCode status = HttpStatusCode.BadRequest)
    {
        (answer.Body["error"]?.GetValue<string>()).ShouldBe(error, answer.Body.ToJsonString());
        answer.Status.ShouldBe(status);
    }
}
