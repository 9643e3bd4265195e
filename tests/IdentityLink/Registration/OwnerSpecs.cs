using System.Net;
using System.Text.RegularExpressions;
using Hutong.IdentityLink.Tests.Hosting;
using Hutong.Testing;

namespace Hutong.IdentityLink.Tests.Registration;

/// <summary>What becomes of clients when their owner turns out to be somebody else as well, or wants to be forgotten.</summary>
public sealed partial class OwnerSpecs(Testing.Servers servers, SimulatedPlatforms platforms) : IAsyncLifetime
{
    private readonly RegistrationDesk desk = new(servers, platforms);
    private HttpClient operators = null!;

    public async ValueTask InitializeAsync()
    {
        await desk.Open();
        operators = await desk.Desk();
    }

    public ValueTask DisposeAsync() => desk.DisposeAsync();

    [Fact]
    public async Task Whoever_absorbs_the_owner_manages_the_client_and_a_split_gives_it_back()
    {
        var (weibo, taobao) = (desk.Browser(), desk.Browser());
        await weibo.SignIn("li-na", "weibo");
        await taobao.SignIn("li-na", "taobao");
        using var owner = await desk.Developer("li-na", "taobao", taobao);
        var id = (await operators.Approved(owner)).Id();

        await weibo.Submit(await weibo.ProveForLink("li-na", "taobao"), "/account/merge", ("keep", "mine"));
        using var merged = await desk.Developer("li-na", "weibo", weibo);
        (await merged.Read(id)).Body["contacts"]!.AsArray().Count.ShouldBe(1);
        (await merged.Listed()).Body["clients"]!.AsArray().Count.ShouldBe(1);
        (await merged.Register(RegistrationDesk.App("Soup", "https://noodles.example/soup"))).Status.ShouldBe(HttpStatusCode.Created);
        (await merged.Change(id, client => client["contacts"]!.AsArray().Add("second@noodles.example"))).Status.ShouldBe(HttpStatusCode.OK);

        var undo = UndoAddress().Match((await weibo.Get("/account")).Body).Value;
        await weibo.Submit(await weibo.Get(undo), undo);
        using var apart = await desk.Developer("li-na", "weibo", weibo);
        (await apart.Read(id)).Code.ShouldBe("client_unknown");
        using var again = await desk.Developer("li-na", "taobao");
        (await again.Read(id)).Body["contacts"]!.AsArray().Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_client_outlives_its_owner_without_its_contacts_and_nothing_new_of_it_is_approved()
    {
        var browser = desk.Browser();
        await browser.SignIn("li-na");
        using var owner = await desk.Developer(browser: browser);
        var id = (await operators.Approved(owner)).Id();
        (await owner.Rotate(id)).Status.ShouldBe(HttpStatusCode.Created);
        var pending = (await owner.Register(RegistrationDesk.App("Pending"))).Body.Id();

        (await browser.Get("/account/export")).Body.ShouldContain("owner@noodles.example");

        await browser.Submit(await browser.Get("/account/erase"), "/account/erase", ("sure", "yes"));

        using var party = new RelyingParty(() => desk.Identity.Address, id);
        using var person = desk.Browser();
        (await person.Get(party.AuthorizeAddress(("redirect_uri", "https://noodles.example/callback")))).Location!.ShouldStartWith("/sign-in?");
        var seen = (await operators.LookAt(id)).Body;
        seen["contacts"]!.AsArray().ShouldBeEmpty();
        seen.ShouldNotContainKey("operator_reason");
        (await operators.Decide(pending, "approve")).Code.ShouldBe("client_owner_gone");
        (await operators.Decide(pending, "reject")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await owner.Read(id)).Code.ShouldBe("client_unknown");
        (await desk.Identity.Count("select count(*) from idempotency_key where scope like 'clients:%'")).ShouldBe(0);

        // Whoever signs in with the account now is somebody new.
        using var next = await desk.Developer();
        (await next.Listed()).Body["clients"]!.AsArray().ShouldBeEmpty();
        (await operators.Decide(id, "suspend")).Status.ShouldBe(HttpStatusCode.NoContent);
        await Eventually.True(
            async () => (await person.Get(party.AuthorizeAddress(("redirect_uri", "https://noodles.example/callback")))).ErrorCode == "client_not_usable",
            RegistrationDesk.Known);
    }

    [GeneratedRegex("/account/merges/[0-9a-f-]{36}/undo")]
    private static partial Regex UndoAddress();
}
