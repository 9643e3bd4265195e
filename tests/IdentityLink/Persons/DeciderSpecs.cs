using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Hutong.IdentityLink.Linking;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.SigningIn;

namespace Hutong.IdentityLink.Tests.Persons;

/// <summary>Given events, when a command comes, then these events follow, or a refusal. Nothing runs.</summary>
public sealed class DeciderSpecs
{
    private const string Weibo = "account-weibo:abc";
    private const string Taobao = "account-taobao:def";

    private static readonly Guid LiNa = Guid.Parse("01900000-0000-7000-8000-000000000001");
    private static readonly Guid Wang = Guid.Parse("01900000-0000-7000-8000-000000000002");
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan FiveMinutes = TimeSpan.FromMinutes(5);

    [Fact]
    public void An_account_nobody_owns_registers_a_person_and_is_claimed_by_them()
    {
        var decision = SignInDecision.Decide(new("weibo", new(LiNa, default, null)), NamesOf(Weibo)).Value!;

        decision.PersonId.ShouldBe(LiNa);
        decision.Registered.ShouldBeTrue();
        decision.PersonEvents.ShouldBe(
            [new PersonRegistered(LiNa, "weibo"), new AccountLinked(LiNa, Weibo, "weibo", default, null), new SignedIn(Weibo, "weibo")]);
    }

    [Fact]
    public void An_account_somebody_owns_lets_its_owner_in_and_registers_nobody()
    {
        var decision = SignInDecision.Decide(new("weibo", new(Wang, default, null)), NamesOf(Weibo, new AccountClaimed(LiNa))).Value!;

        decision.PersonId.ShouldBe(LiNa);
        decision.Registered.ShouldBeFalse();
        decision.PersonEvents.ShouldBe([new SignedIn(Weibo, "weibo")]);
    }

    [Fact]
    public void A_proof_meant_for_an_owner_registers_nobody_and_one_meant_for_a_newcomer_lets_no_owner_in()
    {
        var owned = NamesOf(Weibo, new AccountClaimed(LiNa));

        SignIn(LetIn.Owner, NamesOf(Weibo)).Rejection!.Code.ShouldBe(SignInDecision.Refused);
        SignIn(LetIn.NewPerson, owned).Rejection!.Code.ShouldBe(SignInDecision.Refused);
        SignIn(LetIn.Owner, owned).Value!.PersonId.ShouldBe(LiNa);
        SignIn(LetIn.NewPerson, NamesOf(Weibo)).Value!.Registered.ShouldBeTrue();

        static Outcome<SignInDecision> SignIn(LetIn letIn, AccountNames account) =>
            SignInDecision.Decide(new("weibo", new(Wang, default, null), letIn), account);
    }

    [Fact]
    public void A_free_account_is_linked_and_claimed()
    {
        Link(Registered(LiNa), NamesOf(Taobao), Now).Value!.ShouldBe([new AccountLinked(LiNa, Taobao, "taobao", default, null)]);

        NamesOf(Taobao).Claim(LiNa).ShouldHaveSingleItem().Events.ShouldBe([new AccountClaimed(LiNa)]);
    }

    [Fact]
    public void Linking_an_own_account_again_changes_nothing() =>
        Link(Registered(LiNa), NamesOf(Taobao, new AccountClaimed(LiNa)), Now).Value!.ShouldBeEmpty();

    [Fact]
    public void An_account_of_another_person_is_not_linked() =>
        Link(Registered(LiNa), NamesOf(Taobao, new AccountClaimed(Wang)), Now).Rejection!.Code.ShouldBe("account_belongs_to_another_person");

    [Fact]
    public void A_sign_in_too_long_ago_links_nothing()
    {
        Link(Registered(LiNa), NamesOf(Taobao), Now - FiveMinutes).Succeeded.ShouldBeTrue();
        Link(Registered(LiNa), NamesOf(Taobao), Now - FiveMinutes - TimeSpan.FromSeconds(1)).Rejection!.Code.ShouldBe("fresh_sign_in_required");
    }

    [Fact]
    public void Nobody_who_is_not_registered_links_anything() =>
        Link(PersonOf(), NamesOf(Taobao), Now).Rejection!.Code.ShouldBe("person_unknown");

    [Fact]
    public void A_consent_is_remembered_once()
    {
        var asked = new GiveConsent("partner", ["openid", "profile"], "1");

        GiveConsent.Decide(asked, Registered(LiNa)).ShouldHaveSingleItem().ShouldBeOfType<ConsentGiven>().Scopes.ShouldBe(["openid", "profile"]);
        GiveConsent.Decide(asked, Registered(LiNa, new ConsentGiven("partner", ["openid", "profile"], "1"))).ShouldBeEmpty();
        GiveConsent.Decide(asked, Registered(LiNa, new ConsentGiven("other", ["openid", "profile"], "1"))).ShouldHaveSingleItem();
    }

    [Fact]
    public void A_further_scope_adds_to_what_was_agreed_to_in_the_same_text_and_to_nothing_in_an_older_one()
    {
        var asked = new GiveConsent("partner", ["openid", "offline_access"], "2");

        Scopes(GiveConsent.Decide(asked, Registered(LiNa, new ConsentGiven("partner", ["openid", "profile"], "2"))))
            .ShouldBe(["openid", "profile", "offline_access"]);
        Scopes(GiveConsent.Decide(asked, Registered(LiNa, new ConsentGiven("partner", ["openid", "profile"], "1"))))
            .ShouldBe(["openid", "offline_access"]);
    }

    [Fact]
    public void A_subject_is_assigned_once_per_sector_and_stays()
    {
        AssignSubject.Decide(new("sector", "first"), Registered(LiNa)).Events.ShouldBe([new SubjectAssigned("sector", "first")]);

        var (subject, events) = AssignSubject.Decide(new("sector", "second"), Registered(LiNa, new SubjectAssigned("sector", "first")));
        subject.ShouldBe("first");
        events.ShouldBeEmpty();

        AssignSubject.Decide(new("another", "second"), Registered(LiNa, new SubjectAssigned("sector", "first"))).Subject.ShouldBe("second");
    }

    [Fact]
    public void An_event_it_does_not_know_leaves_a_person_as_they_are()
    {
        var person = Registered(LiNa);
        Person.Fold.Evolve(person, "something else").ShouldBe(person);
    }

    private static Outcome<IReadOnlyList<object>> Link(Person person, AccountNames account, DateTimeOffset authenticatedAt) => LinkDecision.Decide(
        new(new ProvedAccount(Taobao, "taobao", default, null, [], Now), new(Weibo, authenticatedAt), "text"), person, account, Now, FiveMinutes);

    private static IReadOnlyList<string> Scopes(IReadOnlyList<object> events) => ((ConsentGiven)events.ShouldHaveSingleItem()).Scopes;

    private static Person Registered(Guid id, params object[] more) =>
        PersonOf([new PersonRegistered(id, "weibo"), new AccountLinked(id, Weibo, "weibo", default, null), .. more]);

    private static Person PersonOf(params object[] events) => events.Aggregate(Person.Fold.Initial, Person.Fold.Evolve);

    private static AccountNames NamesOf(string stream, params object[] events) =>
        new([new Loaded<Account>(stream, events.Aggregate(Account.Fold.Initial, Account.Fold.Evolve), events.Length)]);
}
