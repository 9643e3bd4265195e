using System.Net;
using System.Text.Json.Nodes;
using Hutong.EventStore.CommandLine;
using Hutong.IdentityLink.Signing;
using Hutong.IdentityLink.Tests.Hosting;
using Hutong.IdentityLink.Tests.Provider;
using Hutong.IdentityLink.Tests.Receipts;
using Hutong.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Hutong.IdentityLink.Tests.Signing;

/// <summary>Two instances whose keys come of age by what their rows say: time is set back there.</summary>
public sealed class RotationSpecs(Servers servers, SimulatedPlatforms platforms) : IAsyncLifetime
{
    private const string EsClient = IdentityService.OtherSite;

    private readonly IdentityService identity = new(servers, platforms);
    private readonly HttpClient http = new();
    private int turn;

    public async ValueTask InitializeAsync()
    {
        await identity.Start(new Dictionary<string, string?> { [$"Provider:Clients:{EsClient}:IdTokenAlgorithm"] = "ES256" }, count: 2);
        await Keep();
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await identity.DisposeAsync();
    }

    [Fact]
    public async Task Of_each_algorithm_one_key_signs_and_one_is_published_to_follow_it_and_both_kinds_sign_as_the_client_wants()
    {
        var keys = await Jwks("/jwks");
        keys.Select(key => key["alg"]!.GetValue<string>()).Order().ShouldBe(["ES256", "ES256", "RS256", "RS256"]);
        keys.SelectMany(key => key.Select(p => p.Key)).Distinct().Order().ShouldBe(["alg", "crv", "e", "kid", "kty", "n", "use", "x", "y"]);

        using var browser = NewBrowser();
        using var shop = new RelyingParty(Next, EsClient);
        using var site = new RelyingParty(Next, IdentityService.Site);
        using var gateway = new RelyingParty(Next, IdentityService.Gateway);
        var tokens = await CodeFlowSpecs.SignIn(browser, site, "li-na");
        AlgorithmOf(tokens["id_token"]!).ShouldBe("RS256");
        AlgorithmOf((await CodeFlowSpecs.SignIn(browser, shop, "li-na"))["id_token"]!).ShouldBe("ES256");
        var (_, exchanged) = await gateway.Exchange(tokens["access_token"]!.GetValue<string>(), "social-feed");
        AlgorithmOf(exchanged["access_token"]!).ShouldBe("ES256");
    }

    [Fact]
    public async Task Keys_rotate_under_traffic_at_two_instances_once_and_every_token_verifies_by_what_is_published()
    {
        using var browser = NewBrowser();
        using var site = new RelyingParty(Next, IdentityService.Site);
        using var shop = new RelyingParty(Next, EsClient);
        var hint = (await CodeFlowSpecs.SignIn(browser, site, "li-na"))["id_token"]!.GetValue<string>();
        var refresh = new[] { (await site.SignIn(browser, "li-na")).RefreshToken, (await shop.SignIn(browser, "li-na")).RefreshToken };
        var kids = new HashSet<string>(StringComparer.Ordinal);

        for (var round = 0; round < 3; round++)
        {
            await identity.Sql("""
                update signing_key set created_at = created_at - passed, signs_from = signs_from - passed
                from (select max(signs_from) - now() as passed from signing_key) as time
                """);
            for (var i = 0; i < 10; i++)
            {
                for (var party = 0; party < 2; party++)
                {
                    var (status, body) = await (party == 0 ? site : shop).Refresh(refresh[party]);
                    status.ShouldBe(HttpStatusCode.OK);
                    refresh[party] = body["refresh_token"]!.GetValue<string>();
                    var id = new JsonWebToken(body["id_token"]!.GetValue<string>());
                    (await Jwks("/jwks")).Select(KidOf).ShouldContain(id.Kid, "it is published before it signs, at every instance");
                    kids.Add(id.Kid);
                }
            }
            await Keep();
        }

        (await identity.Count("select max(generation)::bigint from signing_key")).ShouldBe(5);
        (await identity.Count("select count(*) from signing_key")).ShouldBe(10);
        kids.Count.ShouldBeGreaterThan(2);
        (await browser.Get($"/end_session?id_token_hint={hint}")).Status.ShouldBe(HttpStatusCode.OK);
        (await browser.Get("/account")).Location.ShouldBe("/sign-in", "a hint by a key of long ago is still one");
    }

    [Fact]
    public async Task A_key_that_signs_no_more_leaves_the_key_set_after_its_tokens_have_ended_and_stays_in_the_archive_without_its_private_part()
    {
        var first = (await Jwks("/jwks")).Select(KidOf).ToHashSet();
        await LetTimePass(31);
        await Keep();
        await LetTimePass(1);
        await Keep();

        var archive = await Jwks("/jwks/archive");
        first.ShouldBeSubsetOf(archive.Select(KidOf));
        var published = (await Jwks("/jwks")).Select(KidOf).ToList();
        published.Count.ShouldBe(4);
        published.Count(first.Contains).ShouldBe(2, "of the first four two sign now, and two have gone");
        (await identity.Count("select count(*) from signing_key where wrapped_private_key is null")).ShouldBe(2);
        (await identity.Count("select count(*) from signing_key where wrapped_private_key is null and kid = any($1)", (object)published.ToArray())).ShouldBe(0);
    }

    [Fact]
    public async Task Receipts_by_a_key_of_long_ago_verify_by_the_archive_and_by_a_download_of_today()
    {
        using var browser = NewBrowser();
        await browser.SignIn("li-na", "weibo");
        var old = await browser.Receipts();
        await LetTimePass(31);
        await Keep();
        await LetTimePass(31);
        await Keep();
        await browser.Link("li-na", "taobao");

        (await ReceiptReading.Verify([old], await Text("/jwks"))).ExitCode.ShouldBe(1);
        var (exitCode, output) = await ReceiptReading.Verify([old], await Text("/jwks/archive"));
        exitCode.ShouldBe(0, output);
        (exitCode, output) = await ReceiptReading.Verify([await browser.Receipts()], await Text("/jwks"));
        exitCode.ShouldBe(0, output);
        output.ShouldContain("receipts by published keys: 1, by enclosed keys: 1.");
    }

    [Fact]
    public async Task A_leaked_key_is_withdrawn_by_a_command_the_next_signs_at_once_and_nothing_by_it_is_believed()
    {
        using var browser = NewBrowser();
        using var site = new RelyingParty(Next, IdentityService.Site);
        var tokens = await site.SignIn(browser, "li-na");
        var leaked = new JsonWebToken((await CodeFlowSpecs.SignIn(browser, site, "li-na"))["id_token"]!.GetValue<string>());
        await browser.SignIn("li-na", "weibo");
        var receipts = await browser.Receipts();

        (await Command("--withdraw", leaked.Kid)).ShouldBe(0);
        (await Command("--withdraw", leaked.Kid)).ShouldBe(1);
        (await Command("--withdraw")).ShouldBeNull();
        await Keep();

        (await Jwks("/jwks")).Select(KidOf).ShouldNotContain(leaked.Kid);
        (await Jwks("/jwks/archive")).Single(key => KidOf(key) == leaked.Kid)["revoked"].ShouldNotBeNull();
        (await browser.Get($"/end_session?id_token_hint={leaked.EncodedToken}")).ShouldBeRefused("logout_hint_invalid");
        var (_, body) = await site.Refresh(tokens.RefreshToken);
        var now = new JsonWebToken(body["id_token"]!.GetValue<string>());
        now.Kid.ShouldNotBe(leaked.Kid);
        (await Jwks("/jwks")).Select(KidOf).ShouldContain(now.Kid);
        (await identity.Count("select count(*) from signing_key where kid = $1 and wrapped_private_key is null", leaked.Kid)).ShouldBe(1);
        var (exitCode, output) = await ReceiptReading.Verify([receipts], await Text("/jwks/archive"));
        exitCode.ShouldBe(1, "who has the key can forge such a file");
        output.ShouldContain("withdrawn");
        (await ReceiptReading.Verify([await browser.Receipts()], await Text("/jwks/archive"))).ExitCode.ShouldBe(0, "what we vouch for today holds");
    }

    [Fact]
    public async Task A_command_lets_the_published_keys_sign_and_two_that_do_at_once_are_one_rotation()
    {
        await LetTimePass(1);
        var before = (await identity.Services.GetRequiredService<SigningKeys>().Keep(CancellationToken.None)).Next("RS256")!.Kid;

        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => identity.ServicesOf(i % 2).GetRequiredService<SigningKeys>().Rotate(CancellationToken.None)));
        (await Command("--rotate")).ShouldBe(0);

        var ring = await identity.Services.GetRequiredService<SigningKeys>().Keep(CancellationToken.None);
        ring.Current("RS256")!.Kid.ShouldBe(before);
        ring.Generations("RS256").ShouldBe(3);
        (ring.Next("RS256")!.SignsFrom - ring.Next("RS256")!.PublishedAt).ShouldBeGreaterThanOrEqualTo(SigningKeyOptions.ShortestNotice, "others must have seen it first");
    }

    [Fact]
    public async Task Where_no_key_can_be_made_tokens_are_signed_on_and_health_tells_before_it_is_late()
    {
        await identity.Sql("create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$");
        await identity.Sql("create trigger refuse before insert on signing_key for each row execute function refuse()");
        await LetTimePass(31);
        var health = identity.Services.GetRequiredService<HealthCheckService>();
        await Eventually.True(async () => (await health.CheckHealthAsync()).Entries["signing-keys"].Status == HealthStatus.Healthy);

        await LetTimePass(28);

        await Eventually.Passes(async () =>
        {
            var entry = (await health.CheckHealthAsync()).Entries["signing-keys"];
            entry.Status.ShouldBe(HealthStatus.Degraded);
            entry.Description!.ShouldContain("none is published to follow it");
        });
        using var browser = NewBrowser();
        using var site = new RelyingParty(Next, IdentityService.Site);
        await site.SignIn(browser, "li-na");
        await identity.Sql("drop trigger refuse on signing_key");
    }

    private Uri Next() => identity.Instance(Interlocked.Increment(ref turn) % 2);

    private TestBrowser NewBrowser() => new(Next, platforms.Port);

    /// <summary>Lets what the keys' rows say be so many days ago.</summary>
    private Task LetTimePass(int days) => identity.Sql(
        "update signing_key set created_at = created_at - $1 * interval '1 day', signs_from = signs_from - $1 * interval '1 day'", (double)days);

    private async Task Keep()
    {
        for (var i = 0; i < 2; i++)
            await identity.ServicesOf(i).GetRequiredService<SigningKeys>().Keep(CancellationToken.None);
    }

    private Task<int?> Command(params string[] options) =>
        identity.Services.GetServices<IServiceCommand>().Single(command => command.Name == "signing-keys").Run(options, CancellationToken.None);

    private Task<string> Text(string path) => http.GetStringAsync(new Uri(Next(), path));

    private async Task<List<JsonObject>> Jwks(string path) =>
        [.. JsonNode.Parse(await Text(path))!["keys"]!.AsArray().Select(key => key!.AsObject())];

    private static string KidOf(JsonObject key) => key["kid"]!.GetValue<string>();

    private static string AlgorithmOf(JsonNode token) => new JsonWebToken(token.GetValue<string>()).Alg;
}
