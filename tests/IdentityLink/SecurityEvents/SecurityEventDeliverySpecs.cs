using System.Net;
using Hutong.IdentityLink.SecurityEvents;
using Hutong.IdentityLink.Signing;
using Hutong.IdentityLink.Tests.Hosting;
using Hutong.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Hutong.IdentityLink.Tests.SecurityEvents;

public sealed class SecurityEventDeliverySpecs(Servers servers, SimulatedPlatforms platforms) : SecurityEventSetting(servers, platforms)
{
    [Fact]
    public async Task A_later_event_does_not_overtake_one_of_the_same_person_that_was_not_taken_and_those_of_others_go_on()
    {
        Receiver.Refuses = told => EventReceiver.SubjectOf(told) == Subject && EventReceiver.TypeOf(told) == "account-linked" ? "invalid_key" : null;
        await Unlink(await Linked("li-na", "taobao"));
        using var wang = new TestBrowser(Identity, Platforms);
        var another = (await Client.SignIn(wang, "wang")).Subject;
        await wang.Link("wang", "taobao");

        await Hears(another, "account-linked");
        await Eventually.True(async () => (await Log()).Any(attempt => attempt["result"]!.GetValue<string>() == "invalid_key"));
        ToldOf(Subject).ShouldBeEmpty();

        Receiver.Refuses = _ => null;
        await Hurry();
        await Hears(Subject, "account-linked", "account-unlinked");
        var log = await Log();
        var delivery = log.Single(attempt => attempt["result"]!.GetValue<string>() == "invalid_key");
        (delivery["attempt"]!.GetValue<int>(), delivery["status"]!.GetValue<int>()).ShouldBe((1, 400));
        delivery["next_attempt_at"].ShouldNotBeNull();
        log.Count(attempt => attempt["jti"]!.GetValue<string>() == delivery["jti"]!.GetValue<string>()).ShouldBe(2, "the token keeps its jti");
    }

    [Fact]
    public async Task What_a_partner_did_not_take_survives_a_restart_and_is_signed_with_the_key_of_its_delivery()
    {
        Receiver.Refuses = _ => "access_denied";
        await Linked("li-na", "taobao");
        await Eventually.True(async () => await Identity.Count("select count(*) from delivery_attempt where kind = 'event'") > 0);
        var before = (await Identity.Services.GetRequiredService<SigningKeys>().Ring(CancellationToken.None)).Current("ES256")!.Kid;

        await Identity.StopAll();
        await Identity.StartAnother(Settings);
        await Identity.Sql("update signing_key set created_at = created_at - interval '2 hours', signs_from = signs_from - interval '2 hours'");
        (await Identity.Services.GetRequiredService<SigningKeys>().Rotate(CancellationToken.None)).Current("ES256")!.Kid.ShouldNotBe(before);
        Receiver.Refuses = _ => null;
        await Hurry();

        await Hears(Subject, "account-linked");
        new JsonWebToken(Receiver.TokensOf(Partner)[0]).Kid.ShouldNotBe(before);
        await Validated(Receiver.TokensOf(Partner)[0]);
    }

    [Fact]
    public async Task What_is_not_taken_for_a_week_is_given_up_the_log_says_so_and_the_next_goes_on()
    {
        Receiver.Refuses = told => EventReceiver.TypeOf(told) == "account-linked" ? "invalid_request" : null;
        await Unlink(await Linked("li-na", "taobao"));
        await Eventually.True(async () => await Identity.Count("select count(*) from security_event where attempts > 0") == 1);
        await Eventually.True(async () => await Identity.Count(
            "select count(*) from security_event where expires_at between occurred_at + interval '167 hours' and occurred_at + interval '169 hours'") == 2);

        await Identity.Sql("update security_event set expires_at = now() where kind = 'account_linked'");
        await Identity.Services.GetRequiredService<SecurityEventDeliveries>().Tidy(CancellationToken.None);

        await Hears(Subject, "account-unlinked");
        var givenUp = (await Log()).Single(attempt => attempt["result"]!.GetValue<string>() == "given_up");
        givenUp["next_attempt_at"].ShouldBeNull();
    }

    [Fact]
    public async Task A_partner_reads_its_own_log_in_pages_and_has_events_delivered_again_with_the_same_jti()
    {
        await Unlink(await Linked("li-na", "taobao"));
        await Eventually.True(() => ToldOf(Subject).Count == 2);
        await Settled();
        await Identity.Sql("""
            insert into delivery_attempt (id, client_id, kind, delivery_id, attempt, at, result)
            select gen_random_uuid(), 'demo-partner', 'event', gen_random_uuid(), n, now() - interval '1 hour', 'timeout' from generate_series(1, 150) n
            """);
        (await Log()).Count.ShouldBe(152);
        (await Log(OtherPartner)).ShouldBeEmpty();
        (await Ask(HttpMethod.Get, "/security_events/deliveries", client: null)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await Ask(HttpMethod.Get, "/security_events/deliveries?before=x", Partner)).ShouldBeError("invalid_request");
        (await Ask(HttpMethod.Post, "/security_events/replay", Partner, ("since", "yesterday"))).ShouldBeError("invalid_request");

        (await Ask(HttpMethod.Post, "/security_events/replay", Partner, ("since", DaysAgo(31)))).ShouldBeError("invalid_request");

        (await Ask(HttpMethod.Post, "/security_events/replay", OtherPartner, ("since", DaysAgo(29)))).Body["count"]!.GetValue<int>().ShouldBe(0);
        var (_, replayed) = await Ask(HttpMethod.Post, "/security_events/replay", Partner, ("since", DaysAgo(29)));
        (replayed["count"]!.GetValue<int>(), replayed["next"]).ShouldBe((2, null));

        await Hears(Subject, "account-linked", "account-unlinked", "account-linked", "account-unlinked");
        Receiver.Of(Partner).Select(told => told["jti"]!.GetValue<string>()).Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public async Task Each_event_is_delivered_once_by_two_instances()
    {
        await Linked("li-na", "taobao");
        await Hears(Subject, "account-linked");
        await Identity.Sql("""
            insert into security_event (id, client_id, Subject, kind, occurred_at, position, next_attempt_at, expires_at)
            select gen_random_uuid(), 'demo-partner', 'somebody ' || n % 20, 'account_linked', now(), 1, now(), now() + interval '1 day' from generate_series(1, 200) n
            """);

        await Eventually.True(async () => await Identity.Count("select count(*) from security_event where closed_at is null") == 0);

        Receiver.Of(Partner).Count.ShouldBe(201);
        Receiver.Of(Partner).Select(told => told["jti"]!.GetValue<string>()).Distinct().Count().ShouldBe(201);
    }

    [Fact]
    public async Task An_event_is_kept_for_a_month_however_often_it_is_delivered_again()
    {
        await Linked("li-na", "taobao");
        await Hears(Subject, "account-linked");
        await Settled();
        await Identity.Sql("update security_event set occurred_at = now() - interval '31 days', closed_at = now()");

        await Identity.Services.GetRequiredService<SecurityEventDeliveries>().Tidy(CancellationToken.None);

        (await Identity.Count("select count(*) from security_event")).ShouldBe(0);
    }

    private static string DaysAgo(int days) => DateTimeOffset.UtcNow.AddDays(-days).ToString("O");
}
