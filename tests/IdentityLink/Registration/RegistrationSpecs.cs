using System.Net;
using System.Text.Json.Nodes;
using Hutong.IdentityLink.Storage;
using Hutong.IdentityLink.Tests.Hosting;
using Hutong.Testing;

namespace Hutong.IdentityLink.Tests.Registration;

/// <summary>From a registration to a person who is signed in, over two instances.</summary>
public sealed class RegistrationSpecs(Testing.Servers servers, SimulatedPlatforms platforms) : IAsyncLifetime
{
    private const string Redirect = "https://noodles.example/callback";

    private readonly RegistrationDesk desk = new(servers, platforms);
    private HttpClient developer = null!;
    private HttpClient operators = null!;

    public async ValueTask InitializeAsync()
    {
        await desk.Open();
        developer = await desk.Developer();
        operators = await desk.Desk();
    }

    public ValueTask DisposeAsync() => desk.DisposeAsync();

    [Fact]
    public async Task A_client_can_be_used_from_its_approval_on_at_both_instances_and_not_before()
    {
        var registered = await developer.Register(RegistrationDesk.App());
        registered.Status.ShouldBe(HttpStatusCode.Created);
        registered.Body.Text("status").ShouldBe("pending");
        registered.Body.Text("id_token_signed_response_alg").ShouldBe("ES256");
        var (id, secret) = (registered.Body.Id(), registered.Body.Secret());
        using var browser = desk.Browser();
        using var party = Party(id, instance: 0);
        (await browser.Get(party.AuthorizeAddress(("redirect_uri", Redirect)))).ShouldBeRefused("client_not_approved", HttpStatusCode.Forbidden);
        (await Token(0, id, secret, "whatever")).ShouldBeError("invalid_client", HttpStatusCode.Unauthorized);

        (await operators.Decide(id, "approve")).Status.ShouldBe(HttpStatusCode.NoContent);

        var accessToken = "";
        foreach (var instance in (int[])[0, 1])
        {
            using var person = desk.Browser(instance);
            using var there = Party(id, instance);
            await Eventually.True(
                async () => (await person.Get(there.AuthorizeAddress(("redirect_uri", Redirect)))).ErrorCode is null, RegistrationDesk.Known);
            var (status, tokens) = await SignIn(person, there, secret);
            status.ShouldBe(HttpStatusCode.OK);
            tokens.ShouldContainKey("id_token");
            accessToken = tokens.Text("access_token");
            (await there.UserInfo(accessToken)).Status.ShouldBe(HttpStatusCode.OK);
        }
        (await developer.Read(id)).Body.Text("status").ShouldBe("approved");

        await operators.Decide(id, "suspend");
        using var suspended = Party(id, instance: 1);
        (await suspended.UserInfo(accessToken)).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task The_secret_is_shown_once_and_again_to_the_same_request_and_lies_nowhere()
    {
        var key = Guid.NewGuid().ToString();
        var first = await developer.Register(RegistrationDesk.App(), key);
        var again = await developer.Register(RegistrationDesk.App(), key);

        again.Body.Id().ShouldBe(first.Body.Id());
        again.Body.Secret().ShouldBe(first.Body.Secret());
        (await developer.Register(RegistrationDesk.App("Rice"), key)).Code.ShouldBe("idempotency_key_reused");
        (await developer.Read(first.Body.Id())).Body.ShouldNotContainKey("client_secret");
        (await desk.Identity.Count("select count(*) from registered_client")).ShouldBe(1);
        foreach (var table in await desk.Identity.Tables())
        {
            var rows = (string)(await desk.Identity.Scalar($"select coalesce(string_agg(t::text, '\n'), '') from {table} t"))!;
            rows.ShouldNotContain(first.Body.Secret(), Case.Sensitive, $"{table} holds the secret");
            rows.ShouldNotContain("owner@noodles.example", Case.Sensitive, $"{table} holds a contact");
        }
    }

    [Fact]
    public async Task Only_a_token_with_the_scope_is_let_in_and_only_to_ones_own_clients()
    {
        var id = (await developer.Register(RegistrationDesk.App())).Body.Id();
        using var stranger = await desk.Developer("wang");
        (await stranger.Read(id)).Code.ShouldBe("client_unknown");
        (await stranger.Change(id, RegistrationDesk.App("Mine"), "\"1\"")).Code.ShouldBe("client_unknown");
        (await stranger.Rotate(id)).Code.ShouldBe("client_unknown");
        (await stranger.EndPrevious(id)).Code.ShouldBe("client_unknown");
        (await stranger.Retire(id)).Code.ShouldBe("client_unknown");
        (await stranger.Listed()).Body["clients"]!.AsArray().ShouldBeEmpty();

        using var site = await desk.Api("li-na", "weibo", IdentityService.Site, "openid clients", instance: 0, browser: null);
        (await site.Listed()).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await developer.Call(HttpMethod.Post, "/identity/operations/clients", new JsonObject { ["reason"] = RegistrationDesk.Reason }))
            .Status.ShouldBe(HttpStatusCode.Forbidden);
        using var nobody = new HttpClient { BaseAddress = desk.Identity.Address };
        (await nobody.Listed()).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Ones_clients_are_listed_by_pages_without_those_given_up()
    {
        var ids = new List<string>();
        for (var number = 0; number < 5; number++)
            ids.Add((await developer.Register(RegistrationDesk.App($"App {number}"))).Body.Id());
        (await developer.Retire(ids[1])).Status.ShouldBe(HttpStatusCode.NoContent);
        (await developer.Retire(ids[1])).Code.ShouldBe("client_unknown");
        ids.RemoveAt(1);

        var read = new List<string>();
        string? after = null;
        do
        {
            var page = (await developer.Listed($"?limit=2&after={after}")).Body;
            page["clients"]!.AsArray().Count.ShouldBeLessThanOrEqualTo(2);
            read.AddRange(page["clients"]!.AsArray().Select(client => client!.AsObject().Id()));
            after = page["next"]?.GetValue<string>();
        }
        while (after is not null);
        read.ShouldBe(ids);
    }

    [Fact]
    public async Task However_many_are_registered_at_once_ten_may_wait_and_a_hundred_be_there()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 14).Select(number => developer.Register(RegistrationDesk.App($"App {number}"))));

        answers.Count(answer => answer.Status == HttpStatusCode.Created).ShouldBeLessThanOrEqualTo(10);
        answers.Where(answer => answer.Status != HttpStatusCode.Created)
            .ShouldAllBe(answer => answer.Code == "too_many_pending_clients" || answer.Code == "conflict");
        while ((await developer.Register(RegistrationDesk.App())).Status == HttpStatusCode.Created)
        {
        }
        (await desk.Identity.Count("select count(*) from registered_client where status = 'Pending'")).ShouldBe(10);

        await desk.Identity.Sql("select nextval('mt_events_sequence'); update registered_client set status = 'Approved'");
        await desk.Identity.Sql("""
            insert into client_place (owner_id, place, client_id)
            select owner_id, n, 'made-up-' || n from (select distinct owner_id from client_place) o, generate_series(11, 100) n
            """);
        (await developer.Register(RegistrationDesk.App())).Code.ShouldBe("too_many_clients");
        await developer.Retire((await developer.Listed()).Body["clients"]![0]!.AsObject().Id());
        (await developer.Register(RegistrationDesk.App())).Status.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_configured_client_stays_whatever_was_registered_under_its_id()
    {
        var id = (await operators.Approved(developer)).Id();
        var settings = new Dictionary<string, string?>
        {
            [$"Provider:Clients:{id}:Name"] = "Of configuration",
            [$"Provider:Clients:{id}:RedirectUris:0"] = "https://configured.example/callback",
        };
        await desk.Identity.StartAnother(settings);
        using var browser = desk.Browser(instance: 2);
        using var party = Party(id, instance: 2);
        (await browser.Get(party.AuthorizeAddress(("redirect_uri", Redirect)))).ShouldBeRefused("unregistered_redirect");
        (await browser.Follow(await browser.Get(party.AuthorizeAddress(("redirect_uri", "https://configured.example/callback")))))
            .ErrorCode.ShouldBeNull();
    }

    private RelyingParty Party(string id, int instance) => new(() => desk.Identity.Instance(instance), id);

    internal static async Task<(HttpStatusCode Status, JsonObject Body)> SignIn(TestBrowser browser, RelyingParty party, string secret)
    {
        var answer = await browser.Follow(await browser.Get(party.AuthorizeAddress(("redirect_uri", Redirect))));
        if (answer.Body.Contains("action=\"/sign-in/weibo\"", StringComparison.Ordinal))
            answer = await browser.SignIn(answer, "chen");
        if (answer.Location is null)
            answer = await browser.Submit(answer, "/consent", ("decision", "allow"));
        return await party.Token(
            new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["grant_type"] = "authorization_code",
                ["code"] = answer.LocationQuery["code"],
                ["redirect_uri"] = Redirect,
                ["code_verifier"] = party.Verifier,
            }),
            secret);
    }

    private async Task<(HttpStatusCode Status, JsonObject Body)> Token(int instance, string id, string secret, string code)
    {
        using var party = Party(id, instance);
        return await party.Token(
            new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "authorization_code", ["code"] = code }), secret);
    }
}
