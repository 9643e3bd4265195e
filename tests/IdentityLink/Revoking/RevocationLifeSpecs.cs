using System.Net;
using System.Text.RegularExpressions;
using Hutong.EventStore;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Revoking;
using Hutong.IdentityLink.Sessions;
using Hutong.IdentityLink.Storage;
using Hutong.IdentityLink.Tests.Hosting;
using Hutong.IdentityLink.Tests.Operating;
using Hutong.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Hutong.IdentityLink.Tests.Revoking;

/// <summary>What comes after a revocation, beside it and long after it.</summary>
public sealed class RevocationLifeSpecs(Testing.Servers servers, SimulatedPlatforms platforms) : IAsyncLifetime
{
    private readonly OperatorDesk desk = new(servers, platforms);
    private TestBrowser weibo = null!;
    private RelyingParty partner = null!;
    private Guid li;

    private IdentityService Identity => desk.Identity;

    public async ValueTask InitializeAsync()
    {
        await desk.Open();
        weibo = await desk.BrowserOf("li-na");
        li = await desk.PersonOf("li-na");
        partner = new RelyingParty(Identity, IdentityService.Partner);
    }

    public async ValueTask DisposeAsync()
    {
        partner.Dispose();
        await desk.DisposeAsync();
    }

    [Fact]
    public async Task A_sign_in_after_a_revocation_holds_also_at_an_instance_whose_clock_is_behind()
    {
        var subject = (await partner.SignIn(weibo, "li-na")).Subject;
        var account = await Identity.AccountOf(li, "weibo");
        await desk.Revoked(new { kind = "account", target = account, from = RevocationDesk.LongAgo });
        var behind = new ClockBehind();
        var (before, after) = (Secret.Hash("before"), Secret.Hash("after"));

        await new BrowserSessions(Identity.Database, Options.Create(new SessionLimits())).SignIn(before, after, li, account, new(null, null), null, CancellationToken.None);

        var session = (await Identity.Services.GetRequiredService<BrowserSessions>().Find(after, CancellationToken.None)).ShouldNotBeNull();
        var grants = new TokenGrants(Identity.Database, Identity.Services.GetRequiredService<IOptions<ProviderOptions>>(), behind);
        var grant = new TokenGrant(
            Guid.CreateVersion7(), partner.ClientId, li, session.Sid, subject, ["openid"], null, session.AuthenticatedAt, account);
        var request = new AuthorizeRequest { ClientId = partner.ClientId, RedirectUri = partner.RedirectUri, Scopes = ["openid"] };
        (await grants.Add(grant, offline: true, Secret.New(), request, behind.GetUtcNow(), CancellationToken.None)).ShouldBeTrue();
        (await Identity.Count("select count(*) from live_grant where grant_id = $1", grant.Id)).ShouldBe(1);
    }

    [Fact]
    public async Task A_revocation_of_a_person_covers_whoever_became_part_of_them_also_after_the_undoing()
    {
        using var taobao = new TestBrowser(Identity, platforms);
        var tokens = await partner.SignIn(taobao, "li-na", "taobao");
        await weibo.Submit(await weibo.ProveForLink("li-na", "taobao"), "/account/merge", ("keep", "mine"));
        tokens = tokens with { RefreshToken = await Refreshed(tokens.RefreshToken) };

        await desk.Revoked(new { kind = "person", target = li, from = RevocationDesk.LongAgo });

        await weibo.SignIn("li-na");
        await Undo();
        (await partner.Refresh(tokens.RefreshToken)).ShouldBeError("invalid_grant");
    }

    [Theory]
    [InlineData("revoked")]
    [InlineData("recovered")]
    [InlineData("other revoked")]
    public async Task What_was_granted_during_a_merge_by_an_account_ends_after_the_split_with_whom_the_account_belongs_to_and_nobody_else(string what)
    {
        using var taobao = new TestBrowser(Identity, platforms);
        var before = await partner.SignIn(taobao, "li-na", "taobao");
        var absorbed = await Identity.PersonOf(taobao);
        await weibo.Submit(await weibo.ProveForLink("li-na", "taobao"), "/account/merge", ("keep", "mine"));
        var tokens = await partner.SignIn(taobao, "li-na", "taobao");
        tokens.Subject.ShouldBe(before.Subject);
        await Undo();
        (await Identity.Count("select count(*) from token_grant where person_id = $1 and account like 'account-taobao:%'", li)).ShouldBe(1);
        tokens = tokens with { RefreshToken = await Refreshed(tokens.RefreshToken) };
        var revoked = what == "other revoked" ? li : absorbed;

        if (what == "recovered")
            await RecoverRows(absorbed);
        else
            await desk.Revoked(new { kind = "person", target = revoked, from = RevocationDesk.LongAgo });

        var answer = await partner.Refresh(tokens.RefreshToken);
        if (what != "other revoked")
        {
            answer.ShouldBeError("invalid_grant");
            return;
        }
        answer.Status.ShouldBe(HttpStatusCode.OK);
        // Nor does it end with the rows.
        await Eventually.True(async () => await Identity.Count("select count(*) from revocation where completed_at is null") == 0);
        (await Refreshed(answer.Body["refresh_token"]!.GetValue<string>())).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Revoking_somebody_who_became_part_of_another_is_refused_and_says_whom_to_revoke()
    {
        using var taobao = new TestBrowser(Identity, platforms);
        await taobao.SignIn("li-na", "taobao");
        var absorbed = await Identity.PersonOf(taobao);
        await weibo.Submit(await weibo.ProveForLink("li-na", "taobao"), "/account/merge", ("keep", "mine"));

        var (status, problem) = await desk.Revoke(new { kind = "person", target = absorbed, from = RevocationDesk.LongAgo });

        status.ShouldBe(HttpStatusCode.Conflict);
        problem["code"]!.GetValue<string>().ShouldBe(RevokingReached.PartOfAnother);
        problem["detail"]!.GetValue<string>().ShouldContain("revoke that one");
        (await Identity.Count("select count(*) from revocation")).ShouldBe(0);
    }

    [Fact]
    public async Task A_revocation_is_forgotten_after_a_month_and_with_whose_it_was()
    {
        var tidy = Identity.Services.GetServices<IHostedService>().OfType<ExpiredRows>().Single();
        var revocations = Identity.Services.GetRequiredService<Revocations>();
        await Identity.Completed(revocations, await desk.Revoked(new { kind = "platform", target = "weibo", from = RevocationDesk.LongAgo }));
        await weibo.SignIn("li-na");
        await desk.Revoked(new { kind = "account", target = await Identity.AccountOf(li, "weibo"), from = RevocationDesk.LongAgo });

        await weibo.SignIn("li-na");
        await weibo.Submit(await weibo.Get("/account/erase"), "/account/erase", ("sure", "yes"));
        (await Identity.Count("select count(*) from revocation")).ShouldBe(1);
        await Identity.Sql("update revocation set completed_at = now() - interval '31 days'");
        await Eventually.True(async () => await Identity.Count("select count(*) from revocation_target") == 0);
        await tidy.Delete(CancellationToken.None);

        (await Identity.Count("select count(*) from revocation")).ShouldBe(0);
    }

    [Fact]
    public async Task Once_nothing_it_matches_can_turn_up_a_revocation_is_out_of_sight_and_what_turned_up_late_stays_over()
    {
        var account = await Identity.AccountOf(li, "weibo");
        var id = await desk.Revoked(new { kind = "account", target = account, from = RevocationDesk.LongAgo });
        await Identity.Completed(Identity.Services.GetRequiredService<Revocations>(), id);
        await Late(account);
        (await Identity.Count("select count(*) from live_session where account = $1", account)).ShouldBe(0);

        await Identity.Sql("update revocation set completed_at = now() - interval '3 hours'");

        await Eventually.True(async () => await Identity.Count("select count(*) from revocation_target") == 0);
        (await Identity.Count("select count(*) from browser_session where account = $1", account)).ShouldBe(0);
    }

    [Fact]
    public async Task What_is_over_by_a_revocation_is_left_to_it_to_count_until_it_is_completed()
    {
        var work = Identity.Services.GetRequiredService<RevocationWork>();
        // Nobody can end the session for now, the worker no more than whoever tidies up.
        await using var connection = await Identity.Database.OpenConnectionAsync();
        await using var holding = await connection.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand("select from browser_session where person_id = $1 for update", connection, holding))
        {
            hold.Parameters.Add(new() { Value = li });
            await hold.ExecuteNonQueryAsync();
        }
        var id = await desk.Revoked(new { kind = "person", target = li, from = RevocationDesk.LongAgo });
        var revocations = Identity.Services.GetRequiredService<Revocations>();

        var tidying = Identity.Services.GetServices<IHostedService>().OfType<ExpiredRows>().Single().Delete(CancellationToken.None);
        await tidying.WaitAsync(TimeSpan.FromSeconds(30));
        await holding.RollbackAsync();

        // Two instances do it at once, and here a third time.
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => work.Complete(CancellationToken.None)));

        (await Identity.Completed(revocations, id)).SessionsEnded.ShouldBe(1);
    }

    /// <summary>A sign-in that began before the command and was committed after it.</summary>
    private Task Late(string account) => Identity.Sql(
        """
        insert into browser_session (id_hash, sid, person_id, account, link_version, begun_at, authenticated_at, expires_at)
        select sha256('late'), gen_random_uuid(), person_id, account, link_version, w.window_to - interval '1 ms',
               w.window_to - interval '1 ms', now() + interval '1 day'
        from linked_account, revocation_target w where account = $1
        """, account);

    private async Task Undo()
    {
        var undo = Regex.Match((await weibo.Get("/account")).Body, "href=\"(/account/merges/[^\"]+/undo)\"").Groups[1].Value;
        (await weibo.Submit(await weibo.Get(undo), undo)).Location.ShouldBe("/account");
    }

    /// <summary>What a recovery ends, see <c>RecoveringPersons</c>.</summary>
    private async Task RecoverRows(Guid person)
    {
        var store = Identity.Services.GetRequiredService<IEventStore>();
        var loaded = await store.Load(Person.Fold, Person.StreamOf(person));
        var rows = await Identity.Services.GetRequiredService<RevokingReached>().RowsOfAll(loaded.State, CancellationToken.None);
        await store.Commit(UnitOfWork.Empty.With(rows));
    }

    private async Task<string> Refreshed(string token) =>
        (await partner.Refresh(token)).Body["refresh_token"]!.GetValue<string>();

    private sealed class ClockBehind : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddMinutes(-10);
    }
}
