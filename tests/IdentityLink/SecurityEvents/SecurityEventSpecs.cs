using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hutong.IdentityLink.SecurityEvents;
using Hutong.IdentityLink.Signing;
using Hutong.IdentityLink.Tests.Hosting;
using Hutong.IdentityLink.Tests.Receipts;
using Hutong.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Hutong.IdentityLink.Tests.SecurityEvents;

public sealed class SecurityEventSpecs(Servers servers, SimulatedPlatforms platforms) : IAsyncLifetime
{
    private const string Partner = IdentityService.Partner;
    private const string OtherPartner = IdentityService.OtherPartner;

    private readonly IdentityService identity = new(servers, platforms);
    private readonly EventReceiver receiver = new();
    private readonly HttpClient http = new();
    private TestBrowser browser = null!;
    private RelyingParty partner = null!;
    private string subject = null!;

    private Dictionary<string, string?> Settings => new()
    {
        ["PartnerCalls:ExemptHosts:0"] = "127.0.0.1",
        [$"Provider:Clients:{Partner}:SecurityEventsUri"] = receiver.AddressOf(Partner),
        [$"Provider:Clients:{Partner}:IdTokenAlgorithm"] = "ES256",
        [$"Provider:Clients:{OtherPartner}:SecurityEventsUri"] = receiver.AddressOf(OtherPartner),
    };

    public async ValueTask InitializeAsync()
    {
        await identity.Start(Settings, count: 2);
        browser = new TestBrowser(identity, platforms);
        partner = new RelyingParty(identity, Partner);
        subject = (await partner.SignIn(browser, "li-na")).Subject;
    }

    public async ValueTask DisposeAsync()
    {
        browser.Dispose();
        partner.Dispose();
        http.Dispose();
        await identity.DisposeAsync();
        await receiver.DisposeAsync();
    }

    [Fact]
    public async Task A_partner_is_told_what_happens_to_whom_it_knows_in_order_by_signed_tokens_that_say_nothing_else()
    {
        using var taobao = new TestBrowser(identity, platforms);
        var other = (await partner.SignIn(taobao, "li-na", "taobao")).Subject;
        await Merge();
        await Undo();
        await Unlink(await Linked("wang", "taobao"));
        await browser.SignIn("li-na", "weibo");
        var token = (await browser.Get("/account")).Fields("/account/consents/withdraw")[0];
        await browser.Post("/account/consents/withdraw", token, ("client_id", Partner));

        await Hears(subject, "account-linked", "account-unlinked", "account-linked", "account-unlinked", "consent-withdrawn");
        await Hears(other, "subject-succeeded", "session-revoked", "subject-reinstated");
        var succeeded = Event(receiver.Of(Partner).Single(told => EventReceiver.TypeOf(told) == "subject-succeeded"));
        succeeded["succeeded_by"]!.GetValue<string>().ShouldBe(subject);
        receiver.Of(OtherPartner).ShouldBeEmpty("it does not know her");

        foreach (var jws in receiver.TokensOf(Partner))
        {
            await Validated(jws);
            var payload = ReceiptReading.Payload(jws);
            payload.Select(claim => claim.Key).Order().ShouldBe(["aud", "events", "iat", "iss", "jti", "sub_id", "toe"]);
            Event(payload).Select(claim => claim.Key).Except(["event_timestamp", "succeeded_by", "separated_from", "sid"]).ShouldBeEmpty("which platform is nobody's business");
        }
        await Unlink(await Linked("wang", "taobao"));
        await Settled();
        ToldOf(subject).Count.ShouldBe(5, "who took back their consent is spoken of no more");
    }

    [Fact]
    public async Task A_session_that_ends_is_told_behind_what_happened_before_it()
    {
        await Linked("li-na", "taobao");
        var sid = await identity.SidOf(browser);
        await browser.Submit(await browser.Get("/end_session"), "/end_session/confirm");

        await Hears(subject, "account-linked", "session-revoked");
        var over = receiver.Of(Partner)[^1];
        over["events"]!.AsObject().Single().Key.ShouldBe("https://schemas.openid.net/secevent/caep/event-type/session-revoked");
        Event(over)["sid"]!.GetValue<Guid>().ShouldBe(sid);
    }

    [Fact]
    public async Task A_later_event_does_not_overtake_one_of_the_same_person_that_was_not_taken_and_those_of_others_go_on()
    {
        receiver.Refuses = told => EventReceiver.SubjectOf(told) == subject && EventReceiver.TypeOf(told) == "account-linked" ? "invalid_key" : null;
        await Unlink(await Linked("li-na", "taobao"));
        using var wang = new TestBrowser(identity, platforms);
        var another = (await partner.SignIn(wang, "wang")).Subject;
        await wang.Link("wang", "taobao");

        await Hears(another, "account-linked");
        await Eventually.True(async () => (await Log()).Any(attempt => attempt["result"]!.GetValue<string>() == "invalid_key"));
        ToldOf(subject).ShouldBeEmpty();

        receiver.Refuses = _ => null;
        await Hurry();
        await Hears(subject, "account-linked", "account-unlinked");
        var log = await Log();
        var delivery = log.Single(attempt => attempt["result"]!.GetValue<string>() == "invalid_key");
        (delivery["attempt"]!.GetValue<int>(), delivery["status"]!.GetValue<int>()).ShouldBe((1, 400));
        delivery["next_attempt_at"].ShouldNotBeNull();
        log.Count(attempt => attempt["jti"]!.GetValue<string>() == delivery["jti"]!.GetValue<string>()).ShouldBe(2, "the token keeps its jti");
    }

    [Fact]
    public async Task What_a_partner_did_not_take_survives_a_restart_and_is_signed_with_the_key_of_its_delivery()
    {
        receiver.Refuses = _ => "access_denied";
        await Linked("li-na", "taobao");
        await Eventually.True(async () => await identity.Count("select count(*) from delivery_attempt where kind = 'event'") > 0);
        var before = (await identity.Services.GetRequiredService<SigningKeys>().Ring(CancellationToken.None)).Current("ES256")!.Kid;

        await identity.StopAll();
        await identity.StartAnother(Settings);
        await identity.Sql("update signing_key set created_at = created_at - interval '2 hours', signs_from = signs_from - interval '2 hours'");
        (await identity.Services.GetRequiredService<SigningKeys>().Rotate(CancellationToken.None)).Current("ES256")!.Kid.ShouldNotBe(before);
        receiver.Refuses = _ => null;
        await Hurry();

        await Hears(subject, "account-linked");
        new JsonWebToken(receiver.TokensOf(Partner)[0]).Kid.ShouldNotBe(before);
        await Validated(receiver.TokensOf(Partner)[0]);
    }

    [Fact]
    public async Task What_is_not_taken_for_a_week_is_given_up_the_log_says_so_and_the_next_goes_on()
    {
        receiver.Refuses = told => EventReceiver.TypeOf(told) == "account-linked" ? "invalid_request" : null;
        await Unlink(await Linked("li-na", "taobao"));
        await Eventually.True(async () => await identity.Count("select count(*) from security_event where attempts > 0") == 1);
        (await identity.Count("select count(*) from security_event where expires_at between occurred_at + interval '167 hours' and occurred_at + interval '169 hours'")).ShouldBe(2);

        await identity.Sql("update security_event set expires_at = now() where kind = 'account_linked'");
        await identity.Services.GetRequiredService<SecurityEventDeliveries>().Tidy(CancellationToken.None);

        await Hears(subject, "account-unlinked");
        var givenUp = (await Log()).Single(attempt => attempt["result"]!.GetValue<string>() == "given_up");
        givenUp["next_attempt_at"].ShouldBeNull();
    }

    [Fact]
    public async Task A_partner_reads_its_own_log_in_pages_and_has_events_delivered_again_with_the_same_jti()
    {
        await Unlink(await Linked("li-na", "taobao"));
        await Eventually.True(() => ToldOf(subject).Count == 2);
        await Settled();
        await identity.Sql("""
            insert into delivery_attempt (id, client_id, kind, delivery_id, attempt, at, result)
            select gen_random_uuid(), 'demo-partner', 'event', gen_random_uuid(), n, now() - interval '1 hour', 'timeout' from generate_series(1, 150) n
            """);
        (await Log()).Count.ShouldBe(152);
        (await Log(OtherPartner)).ShouldBeEmpty();
        (await Ask(HttpMethod.Get, "/security_events/deliveries", client: null)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await Ask(HttpMethod.Get, "/security_events/deliveries?before=x", Partner)).ShouldBeError("invalid_request");
        (await Ask(HttpMethod.Post, "/security_events/replay", Partner, ("since", "yesterday"))).ShouldBeError("invalid_request");

        (await Ask(HttpMethod.Post, "/security_events/replay", OtherPartner, ("since", "2020-01-01T00:00:00Z"))).Body["count"]!.GetValue<int>().ShouldBe(0);
        var (_, replayed) = await Ask(HttpMethod.Post, "/security_events/replay", Partner, ("since", "2020-01-01T00:00:00Z"));
        (replayed["count"]!.GetValue<int>(), replayed["next"]).ShouldBe((2, null));

        await Hears(subject, "account-linked", "account-unlinked", "account-linked", "account-unlinked");
        receiver.Of(Partner).Select(told => told["jti"]!.GetValue<string>()).Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public async Task Each_event_is_delivered_once_by_two_instances()
    {
        await Linked("li-na", "taobao");
        await Hears(subject, "account-linked");
        await identity.Sql("""
            insert into security_event (id, client_id, subject, kind, occurred_at, position, next_attempt_at, expires_at)
            select gen_random_uuid(), 'demo-partner', 'somebody ' || n % 20, 'account_linked', now(), 1, now(), now() + interval '1 day' from generate_series(1, 200) n
            """);

        await Eventually.True(async () => await identity.Count("select count(*) from security_event where closed_at is null") == 0);

        receiver.Of(Partner).Count.ShouldBe(201);
        receiver.Of(Partner).Select(told => told["jti"]!.GetValue<string>()).Distinct().Count().ShouldBe(201);
    }

    [Fact]
    public async Task An_erasure_is_the_last_that_is_told_and_leaves_no_other_row_of_the_person()
    {
        await Linked("li-na", "taobao");
        await Hears(subject, "account-linked");
        await browser.SignIn("li-na", "weibo");

        (await browser.Submit(await browser.Get("/account/erase"), "/account/erase", ("sure", "yes"))).Text.ShouldContain("Your identity is erased");

        await Hears(subject, "account-linked", "account-purged");
        await Settled();
        (await identity.Count("select count(*) from security_event")).ShouldBe(1);
        (await identity.Count("select count(*) from delivery_attempt t where position($1 in t::text) > 0", subject)).ShouldBe(0);
        ToldOf(subject).Count.ShouldBe(2, "no session is spoken of after it");
    }

    private Task Hears(string whom, params string[] types) => Eventually.Passes(() =>
    {
        ToldOf(whom).ShouldBe(types);
        return Task.CompletedTask;
    });

    private IReadOnlyList<string> ToldOf(string whom) =>
        [.. receiver.Of(Partner).Where(told => EventReceiver.SubjectOf(told) == whom).Select(EventReceiver.TypeOf)];

    private static JsonObject Event(JsonObject payload) => payload["events"]!.AsObject().Single().Value!.AsObject();

    private Task Hurry() => identity.Sql("update security_event set next_attempt_at = now() where closed_at is null");

    /// <summary>Until nothing is left to be delivered, and the log has been read to its end.</summary>
    private Task Settled() => Eventually.True(async () => await identity.Count("""
        select (select count(*) from security_event where closed_at is null)
             + (select last_value from mt_events_sequence) - (select last_seq_id from mt_event_progression where name = 'SecurityEvents:All')
        """) == 0);

    /// <summary>Links an account and answers its platform.</summary>
    private async Task<string> Linked(string person, string platform)
    {
        (await browser.Link(person, platform)).Location.ShouldBe($"/account?linked={platform}");
        return platform;
    }

    private async Task Unlink(string platform)
    {
        var address = Regex.Matches((await browser.Get("/account")).Text, "/account/unlink\\?account=([^\"]+)").Select(match => match.Value)
            .Single(address => address.Contains($"account-{platform}", StringComparison.Ordinal));
        (await browser.Submit(await browser.Get(address), "/account/unlink")).Status.ShouldBe(HttpStatusCode.SeeOther);
    }

    private async Task Merge() =>
        (await browser.Submit(await browser.ProveForLink("li-na", "taobao"), "/account/merge", ("keep", "mine"))).Location.ShouldBe("/account");

    private async Task Undo()
    {
        var undo = Regex.Match((await browser.Get("/account")).Body, "href=\"(/account/merges/[^\"]+/undo)\"").Groups[1].Value;
        (await browser.Submit(await browser.Get(undo), undo)).Status.ShouldBe(HttpStatusCode.SeeOther);
    }

    private async Task<List<JsonObject>> Log(string client = Partner)
    {
        var all = new List<JsonObject>();
        string? next = null;
        do
        {
            var (_, body) = await Ask(HttpMethod.Get, $"/security_events/deliveries{(next is null ? "" : $"?before={next}")}", client);
            all.AddRange(body["attempts"]!.AsArray().Select(attempt => attempt!.AsObject()));
            next = body["next"]?.GetValue<string>();
        }
        while (next is not null);
        return all;
    }

    private async Task<(HttpStatusCode Status, JsonObject Body)> Ask(
        HttpMethod method, string path, string? client, params (string Name, string Value)[] form)
    {
        using var request = new HttpRequestMessage(method, new Uri(identity.Address, path));
        if (form.Length > 0)
            request.Content = new FormUrlEncodedContent(form.ToDictionary(field => field.Name, field => field.Value));
        if (client is not null)
            request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{client}:{IdentityService.Secret(client)}")));
        using var response = await http.SendAsync(request);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject());
    }

    private async Task Validated(string jws)
    {
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(jws, new TokenValidationParameters
        {
            ValidIssuer = IdentityService.Origin,
            ValidAudience = Partner,
            ValidTypes = ["secevent+jwt"],
            ValidAlgorithms = ["ES256"],
            ValidateLifetime = false,
            IssuerSigningKeys = new JsonWebKeySet(await http.GetStringAsync(new Uri(identity.Address, "/jwks"))).GetSigningKeys(),
        });
        result.IsValid.ShouldBeTrue(result.Exception?.Message);
    }
}
