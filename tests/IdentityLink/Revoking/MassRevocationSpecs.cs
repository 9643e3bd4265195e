using System.Net;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Revoking;
using Hutong.IdentityLink.Storage;
using Hutong.IdentityLink.Tests.Hosting;
using Hutong.IdentityLink.Tests.Operating;
using Hutong.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Npgsql;

namespace Hutong.IdentityLink.Tests.Revoking;

/// <summary>A platform through which 1,000 people are signed in in 100 browsers each, and a partner with a token for each of these.</summary>
public sealed class MassRevocationSpecs(Testing.Servers servers, SimulatedPlatforms platforms) : IAsyncLifetime
{
    private const int Sessions = 100_000;
    private const int Told = 300;

    private const string PeopleSql = """
        with people as (select n, gen_random_uuid() as id from generate_series(1, 1000) n),
        accounts as (
            insert into linked_account (account, person_id, platform, linked_at, link_version)
            select 'account-taobao:seeded-' || n, id, 'taobao', now(), 1 from people),
        keys as (insert into person_key (person_id, kek_id, wrapped_key) select id, 'none', '' from people)
        insert into subject (person_id, sector, subject) select id, 'demo-partner', 'subject-' || n from people
        """;

    private const string SessionsSql = """
        with begun as (
            insert into browser_session (id_hash, sid, person_id, account, link_version, authenticated_at, expires_at)
            select sha256((account || '/' || n)::bytea), gen_random_uuid(), person_id, account, 1, now(), now() + interval '1 day'
            from linked_account, generate_series(1, 100) n where account like 'account-taobao:seeded-%'
            returning sid, person_id, account)
        insert into token_grant (grant_id, client_id, person_id, sid, account, link_version, subject, scope, auth_time, offline, created_at, expires_at)
        select gen_random_uuid(), 'demo-partner', person_id, sid, account, 1, subject, 'openid', now(), true, now(), now() + interval '1 day'
        from begun join subject using (person_id)
        """;

    private const string ClientsSql = """
        insert into session_client (sid, client_id, subject)
        select sid, 'demo-partner', 'somebody' from browser_session where account like 'account-taobao:seeded-%' order by sid limit $1
        """;

    private readonly OperatorDesk desk = new(servers, platforms);

    private IdentityService Identity => desk.Identity;

    private static object Taobao => new { kind = "platform", target = "taobao", from = RevocationDesk.LongAgo };

    public async ValueTask InitializeAsync()
    {
        await desk.Open();
        await Identity.Sql(PeopleSql);
        await Identity.Sql(SessionsSql);
        await Identity.Sql(ClientsSql, Told);
        await Identity.Sql("analyze");
    }

    public ValueTask DisposeAsync() => desk.DisposeAsync();

    [Fact]
    public async Task One_command_ends_a_hundred_thousand_sessions_and_writes_to_none_of_them()
    {
        using var api = await desk.Api(OperatorDesk.Operator);
        api.DefaultRequestHeaders.Add("Idempotency-Key", "once");
        (await Live()).ShouldBe((Sessions, Sessions));
        // From here on nobody can write to sessions or grants.
        await using var connection = await Identity.Database.OpenConnectionAsync();
        await using var holding = await connection.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand("lock table browser_session, token_grant in share mode", connection, holding))
            await hold.ExecuteNonQueryAsync();

        var (status, body) = await api.Operate("revocations", new { reason = OperatorDesk.Reason, of = Taobao });

        status.ShouldBe(HttpStatusCode.Accepted, body.ToJsonString());
        (await Live()).ShouldBe((0, 0));
        (await Identity.Count("select count(*) from browser_session where account like 'account-taobao:seeded-%'")).ShouldBe(Sessions);
        (await Identity.Count("select count(*) from revocation")).ShouldBe(1);
        (await Identity.Count("select count(*) from revocation_target")).ShouldBe(1);
        await holding.RollbackAsync();
    }

    [Fact]
    public async Task What_follows_a_revocation_survives_a_restart_and_every_client_is_told()
    {
        var id = await desk.Revoked(Taobao);
        await Eventually.True(async () => await Identity.Count("select sessions_ended from revocation where id = $1", id) > 0);
        await Identity.StopAll();
        await Identity.StartAnother(new Dictionary<string, string?>());
        var left = await Identity.Count("select count(*) from browser_session where account like 'account-taobao:seeded-%'");
        TestContext.Current.TestOutputHelper?.WriteLine($"stopped with {left} of {Sessions} left");

        var revocations = Identity.Services.GetRequiredService<Revocations>();
        var progress = await Identity.Completed(revocations, id);

        (progress.SessionsEnded, progress.GrantsEnded).ShouldBe((Sessions, Sessions));
        (await Identity.Count("select count(*) from browser_session where account like 'account-taobao:seeded-%'")).ShouldBe(0);
        await Eventually.True(async () => (await revocations.Find(id, default))!.ClientsToTell == 0);
        // Who was being told when the service stopped is told again: a client is told at least once.
        Identity.Logouts.Received.Select(told => (told.Client, new JsonWebToken(told.Token).GetClaim("sid").Value)).Distinct().Count().ShouldBe(Told);
    }

    [Fact]
    public async Task A_look_at_a_token_probes_an_index_however_many_revocations_there_are()
    {
        var token = Secret.New();
        await Identity.Sql(
            """
            insert into access_token (token_hash, grant_id, scope, expires_at)
            select $1, grant_id, 'openid', now() + interval '1 day' from token_grant order by grant_id limit 1
            """, Secret.Hash(token));
        var access = Identity.Services.GetRequiredService<AccessTokens>();
        (await access.Find(token, CancellationToken.None)).ShouldNotBeNull();
        const string look = "select * from live_grant where grant_id = (select grant_id from access_token where token_hash = $1)";
        TestContext.Current.TestOutputHelper?.WriteLine(await Plan(look, Secret.Hash(token)));
        // Of each thing the token hangs on, and of others: windows long ago, recent and of the next days, short and long; none
        // has the sign-in in it.
        await Identity.Sql(
            """
            with ordered as (
                insert into revocation (id, kind, target, link_version, persons, accounts, window_from, window_to, completed_at)
                select gen_random_uuid(), 'Platform', n::text, 0, '{}', '{}', begun, begun + length, now()
                from generate_series(1, 1000) n,
                     lateral (select case when n % 2 = 0 then now() + n * interval '1 minute' else now() - (n + 1000) * interval '1 hour' end,
                                     (1 + n * 37 % 900) * interval '1 minute') w (begun, length)
                returning id, target, window_from, window_to)
            insert into revocation_target (target, window_from, window_to, revocation_id)
            select case target::int / 2 % 5
                       when 0 then 'platform:taobao' when 1 then 'client:demo-partner'
                       when 2 then 'person:' || g.person_id when 3 then 'account:' || g.account else 'person:' || id end,
                   window_from, window_to, id
            from ordered, (select person_id, account from token_grant order by grant_id limit 1) g
            """);
        await Identity.Sql("analyze revocation_target");

        var plan = await Plan(look, Secret.Hash(token));

        TestContext.Current.TestOutputHelper?.WriteLine(plan);
        (await access.Find(token, CancellationToken.None)).ShouldNotBeNull();
        plan.ShouldContain("revocation_target_pkey");
        plan.ShouldNotContain("Seq Scan on public.revocation_target");
        plan.ShouldNotContain("reached_through(", customMessage: "the planner puts its body in the place of the call");
    }

    private async Task<string> Plan(string sql, byte[] hash)
    {
        await using var command = Identity.Database.CreateCommand($"explain (verbose, analyze, buffers) {sql}");
        command.Parameters.Add(new() { Value = hash });
        var lines = new List<string>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            lines.Add(reader.GetString(0));
        return string.Join('\n', lines);
    }

    private async Task<(long Sessions, long Grants)> Live() => (
        await Identity.Count("select count(*) from live_session where account like 'account-taobao:seeded-%'"),
        await Identity.Count("select count(*) from live_grant where account like 'account-taobao:seeded-%'"));
}
