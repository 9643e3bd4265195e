using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Tests.Hosting;
using Hutong.IdentityLink.Tests.Receipts;
using Hutong.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Hutong.IdentityLink.Tests.SecurityEvents;

public sealed class SecurityEventSpecs(Servers servers, SimulatedPlatforms platforms) : SecurityEventSetting(servers, platforms)
{
    [Fact]
    public async Task A_partner_is_told_what_happens_to_whom_it_knows_in_order_by_signed_tokens_that_say_nothing_else()
    {
        using var taobao = new TestBrowser(Identity, Platforms);
        var other = (await Client.SignIn(taobao, "li-na", "taobao")).Subject;
        await Merge();
        await Undo();
        await Unlink(await Linked("wang", "taobao"));
        await Browser.SignIn("li-na", "weibo");
        var token = (await Browser.Get("/account")).Fields("/account/consents/withdraw")[0];
        await Browser.Post("/account/consents/withdraw", token, ("client_id", Partner));

        await Hears(Subject, "account-linked", "account-unlinked", "account-linked", "account-unlinked", "consent-withdrawn");
        await Hears(other, "subject-succeeded", "session-revoked", "subject-reinstated");
        var succeeded = Event(Receiver.Of(Partner).Single(told => EventReceiver.TypeOf(told) == "subject-succeeded"));
        succeeded["succeeded_by"]!.GetValue<string>().ShouldBe(Subject);
        Receiver.Of(OtherPartner).ShouldBeEmpty("it does not know her");

        foreach (var jws in Receiver.TokensOf(Partner))
        {
            await Validated(jws);
            var payload = ReceiptReading.Payload(jws);
            payload.Select(claim => claim.Key).Order().ShouldBe(["aud", "events", "iat", "iss", "jti", "sub_id", "toe"]);
            Event(payload).Select(claim => claim.Key).Except(["event_timestamp", "succeeded_by", "separated_from", "sid"]).ShouldBeEmpty("which platform is nobody's business");
        }
        await Unlink(await Linked("wang", "taobao"));
        await Settled();
        ToldOf(Subject).Count.ShouldBe(5, "who took back their consent is spoken of no more");
    }

    [Fact]
    public async Task A_session_that_ends_is_told_behind_what_happened_before_it()
    {
        await Linked("li-na", "taobao");
        var sid = await Identity.SidOf(Browser);
        await Browser.Submit(await Browser.Get("/end_session"), "/end_session/confirm");

        await Hears(Subject, "account-linked", "session-revoked");
        var over = Receiver.Of(Partner)[^1];
        over["events"]!.AsObject().Single().Key.ShouldBe("https://schemas.openid.net/secevent/caep/event-type/session-revoked");
        Event(over)["sid"]!.GetValue<Guid>().ShouldBe(Identity.Services.GetRequiredService<SessionNames>().Of(sid, Partner));
    }

    [Fact]
    public async Task A_session_that_ended_while_the_last_event_was_not_read_yet_is_told_behind_it()
    {
        await Settled();
        await Identity.Sql("""
            insert into security_event (id, client_id, subject, kind, sid, occurred_at, position, next_attempt_at, expires_at)
            select gen_random_uuid(), $1, $2, kind, case kind when 'session_revoked' then gen_random_uuid() end, now(), 1, now(), now() + interval '1 day'
            from unnest(array['session_revoked', 'account_linked']) with ordinality as k (kind, place) order by place
            """, Partner, Subject);

        await Hears(Subject, "account-linked", "session-revoked");
    }

    [Fact]
    public async Task Who_takes_back_their_consent_is_signed_out_there_and_their_session_is_spoken_of_no_more()
    {
        var sid = await Identity.SidOf(Browser);
        var token = (await Browser.Get("/account")).Fields("/account/consents/withdraw")[0];
        await Browser.Post("/account/consents/withdraw", token, ("client_id", Partner));

        await Eventually.True(() => Identity.Logouts.ToldOf(sid).Contains(Partner));
        await Browser.Submit(await Browser.Get("/end_session"), "/end_session/confirm");
        await Settled();

        ToldOf(Subject).ShouldBe(["consent-withdrawn"]);
        Identity.Logouts.ToldOf(sid).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Whoever_comes_back_after_a_withdrawal_is_spoken_of_again()
    {
        var token = (await Browser.Get("/account")).Fields("/account/consents/withdraw")[0];
        await Browser.Post("/account/consents/withdraw", token, ("client_id", Partner));
        await Client.SignIn(Browser, "li-na");
        await Browser.Submit(await Browser.Get("/end_session"), "/end_session/confirm");

        await Hears(Subject, "consent-withdrawn", "session-revoked");
    }

    [Fact]
    public async Task An_erasure_is_the_last_that_is_told_and_leaves_no_other_row_of_the_person()
    {
        await Linked("li-na", "taobao");
        await Hears(Subject, "account-linked");
        await Browser.SignIn("li-na", "weibo");

        (await Browser.Submit(await Browser.Get("/account/erase"), "/account/erase", ("sure", "yes"))).Text.ShouldContain("Your identity is erased");

        await Hears(Subject, "account-linked", "account-purged");
        await Settled();
        (await Identity.Count("select count(*) from security_event")).ShouldBe(1);
        (await Identity.Count("select count(*) from delivery_attempt t where position($1 in t::text) > 0", Subject)).ShouldBe(0);
        ToldOf(Subject).Count.ShouldBe(2, "no session is spoken of after it");
    }
}
