extern alias simulators;

using Hutong.EventStore;
using Hutong.EventStore.PersonalData;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Storage;
using Hutong.IdentityLink.Tests.Hosting;
using Hutong.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using DemoPeople = simulators::Hutong.Simulators.People.DemoPeople;

namespace Hutong.IdentityLink.Tests.Storage;

/// <summary>What lies in the database after people came and went.</summary>
public sealed class PersonalDataSpecs(Testing.Servers servers, SimulatedPlatforms platforms) : IAsyncLifetime
{
    private readonly IdentityService identity = new(servers, platforms);
    private TestBrowser browser = null!;

    public async ValueTask InitializeAsync()
    {
        await identity.InitializeAsync();
        browser = new TestBrowser(identity, platforms);
    }

    public async ValueTask DisposeAsync()
    {
        browser.Dispose();
        await identity.DisposeAsync();
    }

    [Fact]
    public async Task No_table_but_the_read_model_of_accounts_holds_a_personal_value_or_a_usable_secret()
    {
        using var partner = new RelyingParty(identity, IdentityService.Partner);
        var consent = await browser.Follow(await browser.SignIn(await browser.Follow(await browser.Get(partner.AuthorizeAddress())), "li-na"));
        var back = await browser.Submit(consent, "/consent", ("decision", "allow"));
        var (_, tokens) = await partner.Redeem(back.LocationQuery["code"]);
        await browser.Link("li-na", "taobao");
        await browser.ProveForLink("wang", "taobao");
        await browser.Get(partner.AuthorizeAddress(("prompt", "login")));

        string[] secrets =
        [
            browser.SessionCookie, back.LocationQuery["code"],
            tokens["access_token"]!.GetValue<string>(), tokens["refresh_token"]!.GetValue<string>(), tokens["id_token"]!.GetValue<string>(),
        ];
        var values = DemoPeople.All.SelectMany(person => person.PersonalValues).Concat(secrets).ToArray();
        foreach (var table in (await identity.Tables()).Where(table => table != "linked_account"))
        {
            var rows = (string)(await identity.Scalar($"select coalesce(string_agg(t::text, '\n'), '') from {table} t"))!;
            foreach (var value in values)
                rows.ShouldNotContain(value, Case.Sensitive, $"{table} holds it");
        }
        (await identity.Count("select count(*) from linked_account where display_name is not null")).ShouldBe(2);
    }

    [Fact]
    public async Task What_was_sealed_can_be_read_until_the_persons_key_is_gone_and_the_stream_still_after()
    {
        var li = DemoPeople.Find("li-na")!.Weibo!;
        await browser.SignIn("li-na");
        var person = await identity.PersonOf(browser);
        var keys = identity.Services.GetRequiredService<PersonKeys>();
        var store = identity.Services.GetRequiredService<IEventStore>();
        var linked = (AccountLinked)(await store.ReadStream(Person.StreamOf(person))).Events.Single(e => e.Type == "account_linked").Data;

        (await keys.Find(person))!.Open(linked.Nickname!.Value).ShouldBe(li.ScreenName);

        await store.Commit(UnitOfWork.Empty.With(PersonKeys.Erase(person)));
        (await keys.Find(person)).ShouldBeNull();
        (await store.Load(Person.Fold, Person.StreamOf(person))).State.Accounts.ShouldBe([linked.Account]);
    }

    [Fact]
    public async Task What_is_over_is_deleted_and_the_clients_of_a_session_that_is_over_are_told()
    {
        using var site = new RelyingParty(identity, IdentityService.Site);
        var page = await browser.Follow(await browser.Get(site.AuthorizeAddress()));
        await browser.Submit(await browser.Get("/sign-in"), "/sign-in/weibo");
        var back = await browser.SignIn(page, "li-na");
        var (_, tokens) = await site.Redeem(back.LocationQuery["code"]);
        await browser.ProveForLink("li-na", "taobao");
        await browser.Get(site.AuthorizeAddress(("prompt", "login")));
        var sid = await identity.SidOf(browser);
        string[] tables = ["callback_state", "link_proof", "authorize_request", "access_token", "browser_session"];
        foreach (var table in tables)
        {
            (await identity.Count($"select count(*) from {table}")).ShouldBeGreaterThan(0, table);
            await identity.Sql($"update {table} set expires_at = now()");
        }

        await identity.Services.GetServices<IHostedService>().OfType<ExpiredRows>().Single().Delete(CancellationToken.None);

        foreach (var table in tables)
            (await identity.Count($"select count(*) from {table}")).ShouldBe(0, table);
        await Eventually.True(() => identity.Logouts.ToldOf(sid).Any());
        identity.Logouts.ToldOf(sid).ShouldBe([IdentityService.Site]);
        (await site.Refresh(tokens["refresh_token"]!.GetValue<string>())).ShouldBeError("invalid_grant");
    }
}
