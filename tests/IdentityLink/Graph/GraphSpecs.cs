using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Hutong.EventStore;
using Hutong.IdentityLink.Graph;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Hutong.IdentityLink.Tests.Graph;

public sealed class GraphSpecs(Testing.Servers servers, SimulatedPlatforms platforms) : IAsyncLifetime
{
    private readonly IdentityService identity = new(servers, platforms);
    private TestBrowser browser = null!;
    private HttpClient api = null!;

    private GraphInTime Graph => identity.Services.GetRequiredService<GraphInTime>();

    private IEventStore Store => identity.Services.GetRequiredService<IEventStore>();

    public async ValueTask InitializeAsync()
    {
        await identity.InitializeAsync();
        browser = new TestBrowser(identity, platforms);
        await browser.SignIn("li-na", "weibo");
        api = await identity.ApiOf(browser, "li-na");
    }

    public async ValueTask DisposeAsync()
    {
        api.Dispose();
        browser.Dispose();
        await identity.DisposeAsync();
    }

    [Fact]
    public async Task A_person_is_told_which_accounts_they_had_at_a_time()
    {
        var before = await Moment();
        await browser.Link("li-na", "taobao");
        var between = await Moment();
        await Unlink("taobao");

        (await Platforms("")).ShouldBe(["weibo"]);
        (await Platforms($"?asOf={before}")).ShouldBe(["weibo"]);
        (await Platforms($"?asOf={between}")).ShouldBe(["weibo", "taobao"]);
        (await Platforms($"?knownAt={between}")).ShouldBe(["weibo", "taobao"]);
        var then = (await api.Ask($"/identity/accounts?asOf={between}")).Body["accounts"]!.AsArray();
        then.ShouldAllBe(account => account!["displayName"]!.GetValue<string>().Length > 0);
        (await Platforms("?asOf=2015-01-01T00:00:00Z")).ShouldBeEmpty();
    }

    [Fact]
    public async Task While_a_merge_holds_the_two_always_were_one_and_once_it_is_undone_they_never_were()
    {
        using var taobao = new TestBrowser(identity, platforms);
        await taobao.SignIn("li-na", "taobao");
        var before = await Moment();
        await browser.Submit(await browser.ProveForLink("li-na", "taobao"), "/account/merge", ("keep", "mine"));
        var during = await Moment();

        (await Platforms($"?asOf={before}")).ShouldBe(["weibo", "taobao"]);
        (await Platforms($"?asOf={before}&knownAt={before}")).ShouldBe(["weibo"]);

        await Undo();
        (await Platforms($"?asOf={during}")).ShouldBe(["weibo"]);
        (await Platforms($"?asOf={during}&knownAt={during}")).ShouldBe(["weibo", "taobao"]);
        var then = (await api.Ask($"/identity/accounts?asOf={during}&knownAt={during}")).Body["accounts"]!.AsArray();
        then[1]!["displayName"].ShouldBeNull("whoever was told apart again is not shown the other's names");
    }

    [Fact]
    public async Task The_list_is_read_in_pages()
    {
        await browser.Link("li-na", "taobao");
        await browser.Link("li-na", "qq");

        var first = (await api.Ask("/identity/accounts?limit=2")).Body;
        first["accounts"]!.AsArray().Count.ShouldBe(2);
        var rest = (await api.Ask($"/identity/accounts?limit=2&after={first["next"]!.GetValue<string>()}")).Body;
        rest["accounts"]!.AsArray().ShouldHaveSingleItem()!["platform"]!.GetValue<string>().ShouldBe("qq");
        rest["next"].ShouldBeNull();
    }

    [Theory]
    [InlineData("asOf=yesterday", "time_unreadable")]
    [InlineData("knownAt=2999-01-01T00:00:00Z", "time_in_future")]
    [InlineData("asOf=2026-01-02T00:00:00Z&knownAt=2026-01-01T00:00:00Z", "time_not_known_yet")]
    [InlineData("after=account-weibo:made-up", "invalid_cursor")]
    public async Task What_cannot_be_asked_is_refused(string query, string code)
    {
        var (status, problem) = await api.Ask($"/identity/accounts?{query}");
        status.ShouldBe(HttpStatusCode.BadRequest);
        problem["code"]!.GetValue<string>().ShouldBe(code);
    }

    [Fact]
    public async Task After_an_erasure_ids_stay_and_names_are_gone()
    {
        var person = await identity.PersonOf(browser);
        var before = Time(await Moment());
        await browser.Submit(await browser.Get("/account/erase"), "/account/erase", ("sure", "yes"));

        var then = (await Graph.AccountsOf(person, new(before, null), null, null, TestContext.Current.CancellationToken)).Value!;

        then.Accounts.ShouldHaveSingleItem().DisplayName.ShouldBeNull();
        (await Graph.OwnerOf(then.Accounts[0].Account, new(before, null), TestContext.Current.CancellationToken)).PersonId.ShouldBe(person);
        (await Graph.OwnerOf(then.Accounts[0].Account, AsOf.Now, TestContext.Current.CancellationToken)).PersonId.ShouldBeNull();
    }

    [Fact]
    public async Task A_name_that_a_platform_sent_later_was_the_accounts_all_along()
    {
        var person = await identity.PersonOf(browser);
        var account = (await Store.Load(Person.Fold, Person.StreamOf(person))).State.Accounts.Single();
        var before = Time(await Moment());
        await Store.Commit(UnitOfWork.Append("account-weibo:later", Expected.None, new AliasClaimed(person, account)));

        (await Owner("account-weibo:later", new(before, null))).ShouldBe(new OwnerInTime(account, person, await LinkedAt(account)));
        (await Owner("account-weibo:later", new(before, before))).PersonId.ShouldBeNull("nobody knew then");
        (await Owner("account-weibo:later", AsOf.Now)).PersonId.ShouldBe(person);
    }

    [Fact]
    public async Task Streams_cut_apart_by_different_clocks_do_not_send_a_question_round_in_circles()
    {
        var (one, two) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        const string account = "account-weibo:theirs";
        foreach (var (person, into) in ((Guid, Guid)[])[(one, two), (two, one)])
        {
            await Store.Commit(UnitOfWork.Append(
                Person.StreamOf(person), Expected.None, new PersonRegistered(person, "weibo"), new MergedIntoPerson(Guid.CreateVersion7(), into)));
        }
        await Store.Commit(UnitOfWork.Append(account, Expected.None, new AccountClaimed(one)));

        (await Owner(account, AsOf.Now).WaitAsync(TimeSpan.FromSeconds(20))).PersonId.ShouldNotBeNull();
    }

    private async Task<DateTimeOffset> LinkedAt(string account) => (await Store.ReadStream(account)).Events[0].Timestamp;

    private Task<OwnerInTime> Owner(string name, AsOf when) => Graph.OwnerOf(name, when, TestContext.Current.CancellationToken);

    private async Task<string[]> Platforms(string query)
    {
        var (status, answer) = await api.Ask($"/identity/accounts{query}");
        status.ShouldBe(HttpStatusCode.OK, answer.ToJsonString());
        return [.. answer["accounts"]!.AsArray().Select(account => account!["platform"]!.GetValue<string>())];
    }

    /// <summary>A time after all that was recorded and before all that will be.</summary>
    private async Task<string> Moment() =>
        (await identity.Scalar("select to_char(max(timestamp) at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') from mt_events"))!.ToString()!;

    private static DateTimeOffset Time(string moment) => DateTimeOffset.Parse(moment, CultureInfo.InvariantCulture);

    private async Task Unlink(string platform)
    {
        var address = Regex.Match((await browser.Get("/account")).Text, $"/account/unlink\\?account=account-{platform}[^\"]+").Value;
        (await browser.Submit(await browser.Get(address), "/account/unlink")).Location.ShouldBe("/account");
    }

    private async Task Undo()
    {
        var address = Regex.Match((await browser.Get("/account")).Body, "/account/merges/[^\"]*/undo").Value;
        await browser.Submit(await browser.Get(address), address);
    }
}
