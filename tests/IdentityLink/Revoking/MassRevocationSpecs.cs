using System.Diagnostics;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Revoking;
using Hutong.IdentityLink.Sessions;
using Hutong.IdentityLink.Storage;
using Hutong.IdentityLink.Tests.Hosting;
using Hutong.IdentityLink.Tests.Operating;
using Hutong.Testing;
using Microsoft.Extensions.DependencyInjection;

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
    public async Task One_command_ends_a_hundred_thousand_sessions_faster_than_a_hundred_end_one_by_one()
    {
        var ending = Identity.Services.GetRequiredService<EndingSessions>();
        await using var others = Identity.Database.CreateCommand("select sid from browser_session where account like 'account-taobao:seeded-%' order by sid desc limit 100");
        var sids = new List<Guid>();
        await using (var reader = await others.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
                sids.Add(reader.GetGuid(0));
        }
        var oneByOne = Stopwatch.StartNew();
        foreach (var sid in sids)
            await ending.End(sid, CancellationToken.None);
        oneByOne.Stop();
        (await Live()).ShouldBe((Sessions - 100, Sessions));
        using var api = await desk.Api(OperatorDesk.Operator);
        api.DefaultRequestHeaders.Add("Idempotency-Key", "once");

        var atOnce = Stopwatch.StartNew();
        var (_, body) = await api.Operate("revocations", new { reason = OperatorDesk.Reason, of = Taobao });
        atOnce.Stop();

        (await Live()).ShouldBe((0, 0), body.ToJsonString());
        (await Identity.Count("select count(*) from revocation_target")).ShouldBe(1);
        TestContext.Current.TestOutputHelper?.WriteLine($"{Sessions} at once: {atOnce.Elapsed}; 100 one by one: {oneByOne.Elapsed}");
        atOnce.Elapsed.ShouldBeLessThan(oneByOne.Elapsed);
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
        Identity.Logouts.Received.Select(told => told.Token).Distinct().Count().ShouldBe(Told);
    }

    [Fact]
    public async Task A_thousand_revocations_hardly_slow_down_a_look_at_a_token()
    {
        var tokens = Enumerable.Range(0, 200).Select(_ => Secret.New()).ToArray();
        await Identity.Sql(
            """
            insert into access_token (token_hash, grant_id, scope, expires_at)
            select hash, grant_id, 'openid', now() + interval '1 day'
            from unnest($1::bytea[]) with ordinality as t (hash, number)
            join (select grant_id, row_number() over (order by grant_id) as number from token_grant where offline) g using (number)
            """,
            (object)tokens.Select(Secret.Hash).ToArray());
        var access = Identity.Services.GetRequiredService<AccessTokens>();
        var ratios = new List<double>();
        for (var round = 0; round < 11; round++)
        {
            await Identity.Sql("truncate revocation_target, revocation");
            var without = await Time(access, tokens);
            await Identity.Sql(
                """
                with ordered as (
                    insert into revocation (id, kind, target, link_version, persons, window_from, window_to, completed_at)
                    select gen_random_uuid(), 'Platform', n::text, 0, '{}', now() - interval '3 hours', now() - n * interval '1 second', now()
                    from generate_series(601, 1600) n
                    returning id, target, window_from, window_to)
                insert into revocation_target (target, window_from, window_to, revocation_id)
                select case target::int % 4 when 0 then 'platform:taobao' when 1 then 'client:demo-partner'
                            when 2 then 'person:' || id else 'account:account-taobao:' || id end,
                       window_from, window_to, id
                from ordered
                """);
            await Identity.Sql("analyze revocation_target");
            ratios.Add(await Time(access, tokens) / without);
        }

        var median = ratios.Order().ElementAt(ratios.Count / 2);
        TestContext.Current.TestOutputHelper?.WriteLine($"with 1,000 revocations a look takes {median:0.00} times as long");
        median.ShouldBeLessThan(1.5);
    }

    private static async Task<double> Time(AccessTokens access, string[] tokens)
    {
        var watch = Stopwatch.StartNew();
        foreach (var token in tokens)
            (await access.Find(token, CancellationToken.None)).ShouldNotBeNull();
        return watch.Elapsed.TotalMilliseconds;
    }

    private async Task<(long Sessions, long Grants)> Live() => (
        await Identity.Count("select count(*) from live_session where account like 'account-taobao:seeded-%'"),
        await Identity.Count("select count(*) from live_grant where account like 'account-taobao:seeded-%'"));
}
