using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Receipts;

namespace Hutong.IdentityLink.Tests.Receipts;

/// <summary>Given a person, when these events come, then this is what a receipt says. Nothing runs.</summary>
public sealed class ReceiptDecisionSpecs
{
    private const string Weibo = "account-weibo:abc";
    private const string Taobao = "account-taobao:def";

    private static readonly Guid LiNa = Guid.Parse("01900000-0000-7000-8000-000000000001");
    private static readonly Guid Wang = Guid.Parse("01900000-0000-7000-8000-000000000002");
    private static readonly Guid Merge = Guid.Parse("01900000-0000-7000-8000-000000000003");
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);

    private static readonly object[] Registration = [new PersonRegistered(LiNa, "weibo"), new AccountLinked(LiNa, Weibo, "weibo", default, null)];

    private static readonly Evidence Both = new(new(Weibo, Now.AddMinutes(-2)), new(Taobao, Now.AddMinutes(-1)), "text 1");

    [Fact]
    public void A_registration_begins_the_chain_with_one_proof_and_no_text()
    {
        var receipt = Of(Person.Fold.Initial, Registration, new(SignIn: null, new(Weibo, Now), TextVersion: null))!;

        (receipt.Number, receipt.Previous, receipt.Event).ShouldBe((1, null, "linked"));
        receipt.Gained.ShouldBe([new(Weibo, "weibo")]);
        receipt.Lost.ShouldBeEmpty();
        receipt.Session.ShouldBeNull();
        receipt.Proved.ShouldBe(new(Weibo, "weibo", Now.ToUnixTimeSeconds()));
        receipt.TextVersion.ShouldBeNull();
    }

    [Fact]
    public void A_link_tells_both_proofs_with_their_times_and_the_text_and_follows_from_the_receipt_before()
    {
        var receipt = Of(Registered(new ReceiptIssued(1, "a.b.c")), [new AccountLinked(LiNa, Taobao, "taobao", default, null)], Both)!;

        (receipt.Iss, receipt.Iat, receipt.Jti).ShouldBe(("https://issuer", Now.ToUnixTimeSeconds(), Merge));
        (receipt.Number, receipt.Previous).ShouldBe((2, ReceiptChain.HashOf("a.b.c")));
        receipt.Session.ShouldBe(new(Weibo, "weibo", Now.AddMinutes(-2).ToUnixTimeSeconds()));
        receipt.Proved.ShouldBe(new(Taobao, "taobao", Now.AddMinutes(-1).ToUnixTimeSeconds()));
        receipt.TextVersion.ShouldBe("text 1");
    }

    [Fact]
    public void What_does_not_change_who_leads_to_the_person_gets_none()
    {
        Of(Registered(), [new SignedIn(Weibo, "weibo")], Both).ShouldBeNull();
        Of(Registered(), [new AccountAliased(Weibo, "account-weibo:other")], Both).ShouldBeNull();
        Of(Registered(), [new ConsentGiven("partner", ["openid"], "1")], Both).ShouldBeNull();
        Of(Registered(), [], Both).ShouldBeNull();
    }

    [Fact]
    public void A_merge_and_its_undoing_tell_either_side_what_it_gained_or_lost()
    {
        var brought = Belongings.None with { Accounts = [new(Taobao, Wang, [])] };
        var holder = Registered();
        var absorbed = PersonOf(new PersonRegistered(Wang, "taobao"), new AccountLinked(Wang, Taobao, "taobao", default, null));

        var merged = Of(holder, [new PersonAbsorbed(Merge, Wang, brought)], Both)!;
        (merged.Event, merged.MergeId, Accounts(merged.Gained), Accounts(merged.Lost)).ShouldBe(("merged", Merge, Taobao, ""));
        var ended = Of(absorbed, [new MergedIntoPerson(Merge, LiNa)], Both)!;
        (ended.Event, ended.MergeId, Accounts(ended.Gained), Accounts(ended.Lost)).ShouldBe(("merged", Merge, "", Taobao));

        var released = Of(holder.After([new PersonAbsorbed(Merge, Wang, brought)]), [new PersonReleased(Merge, Wang, [Taobao])], Both)!;
        (released.Event, released.MergeId, Accounts(released.Gained), Accounts(released.Lost)).ShouldBe(("split", Merge, "", Taobao));
        var restored = Of(absorbed.After([new MergedIntoPerson(Merge, LiNa)]), [new PersonRestored(Merge, LiNa, brought)], Both)!;
        (restored.Event, restored.MergeId, Accounts(restored.Gained), Accounts(restored.Lost)).ShouldBe(("split", Merge, Taobao, ""));
    }

    [Fact]
    public void A_merge_leaves_the_chain_of_the_one_who_is_absorbed_where_it_was()
    {
        var absorbed = Registered(new ReceiptIssued(1, "a.b.c"), new MergedIntoPerson(Merge, Wang));
        absorbed.Receipts.ShouldBe(new ReceiptChain(1, ReceiptChain.HashOf("a.b.c")));
        absorbed.After([new PersonRestored(Merge, Wang, Belongings.None)]).Receipts.Count.ShouldBe(1);
    }

    private static Receipt? Of(Person person, IReadOnlyList<object> events, Evidence evidence) =>
        Receipt.Of(person, events, evidence, "https://issuer", Merge, Now);

    private static string Accounts(IEnumerable<ReceiptAccount> accounts) => string.Join(' ', accounts.Select(account => account.Account));

    private static Person Registered(params object[] more) => PersonOf([.. Registration, .. more]);

    private static Person PersonOf(params object[] events) => Person.Fold.Initial.After(events);
}
