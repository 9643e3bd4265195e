using Hutong.EventStore.Commands;
using Hutong.EventStore.PersonalData;
using Hutong.IdentityLink.Registration;

namespace Hutong.IdentityLink.Tests.Registration;

public sealed class ClientDeciderSpecs
{
    private const string Id = "0193b0a2-7c1e-7000-8000-00000000000c";

    private static readonly Guid Owner = Guid.CreateVersion7();
    private static readonly Guid Zhao = Guid.CreateVersion7();
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 9, 30, 0, TimeSpan.Zero);

    /// <summary>Stands for a reason: only a key can seal one, and what it says does not matter here.</summary>
    private static Sealed Reason => default;

    private static readonly ClientMetadata App = new()
    {
        ApplicationType = ClientMetadata.Web, Name = "Noodles", AuthenticationMethod = "client_secret_basic", IdTokenAlgorithm = "ES256",
        RedirectUris = ["https://noodles.example/a", "https://noodles.example/b"], PostLogoutRedirectUris = ["https://noodles.example/out"],
        GrantTypes = ["authorization_code", "refresh_token"], Scopes = ["openid", "profile"],
    };

    private static readonly RegisteredClient Pending = After(new ClientRegistered(Id, Owner, App, null, "aGFzaC0x", Now));
    private static readonly RegisteredClient Approved = Pending.After([new ClientApproved(Zhao, "noodles.example", Reason)]);
    private static readonly RegisteredClient Waiting = Approved.After([new ClientChangeProposed(App with { Name = "Other" })]);
    private static readonly RegisteredClient Suspended = Approved.After([new ClientSuspended(Zhao, Reason)]);
    private static readonly RegisteredClient Rejected = Pending.After([new ClientRejected(Zhao, Reason)]);
    private static readonly RegisteredClient Retired = Approved.After([new ClientRetired()]);

    [Theory]
    [InlineData(true, 0, null)]
    [InlineData(true, 9, null)]
    [InlineData(true, 10, RegisterClient.TooManyPending)]
    [InlineData(false, 0, RegisterClient.TooMany)]
    public void A_person_has_so_many_clients_and_fewer_that_wait(bool hasPlace, long pending, string? refusal) =>
        (RegisterClient.Decide(new(Id, Owner, App, null, null), hasPlace, pending, Now).Rejection?.Code).ShouldBe(refusal);

    public static TheoryData<string, object> WhatWaits() => new()
    {
        { "the name", App with { Name = "Your bank" } },
        { "the name in Chinese", App with { ChineseName = "你的银行" } },
        { "its page", App with { ClientUri = "https://bank.example/" } },
        { "its picture", App with { LogoUri = "https://bank.example/logo.png" } },
        { "its policy", App with { PolicyUri = "https://bank.example/policy" } },
        { "its terms", App with { TermsUri = "https://bank.example/terms" } },
        { "one more redirect address", App with { RedirectUris = [.. App.RedirectUris, "https://noodles.example/c"] } },
        { "another redirect address", App with { RedirectUris = ["https://noodles.example/c"] } },
        { "one more address after signing out", App with { PostLogoutRedirectUris = ["https://noodles.example/x"] } },
        { "one more scope", App with { Scopes = ["openid", "profile", "offline_access"] } },
        { "one more grant type", App with { GrantTypes = [.. App.GrantTypes, "client_credentials"] } },
        { "no secret", App with { AuthenticationMethod = "none" } },
        { "a logout address of a host that nobody looked at", App with { BackchannelLogoutUri = "https://bank.example/logout" } },
        { "an address of events of a host that nobody looked at", App with { SecurityEventsUri = "https://bank.example/events" } },
        { "an address of events at a port that nobody looked at", App with { SecurityEventsUri = "https://noodles.example:8443/events" } },
        { "the group", App with { UnionGroup = "noodles" } },
        { "who speaks for it", App with { SectorIdentifierUri = "https://noodles.example/sector.json" } },
    };

    [Theory]
    [MemberData(nameof(WhatWaits))]
    public void Of_an_approved_client_what_people_rely_on_waits_and_the_client_stays_what_it_is(string what, object metadata)
    {
        var wanted = (ClientMetadata)metadata;
        foreach (var client in (RegisteredClient[])[Approved, Suspended])
        {
            var after = client.After(ChangeClient.Decide(new(wanted, null, false), client).Value!);
            after.Metadata.SaysTheSameAs(App).ShouldBeTrue(what);
            after.Proposed.ShouldBe(wanted);
            after.Waits.ShouldBeTrue();

            var approved = after.After(ReviewClient.Decide(new(Zhao, Review.Approve, Reason, IsOwn: false), after).Value!);
            approved.Metadata.ShouldBe(wanted);
            approved.Proposed.ShouldBeNull();
            approved.Status.ShouldBe(client.Status);
            var rejected = after.After(ReviewClient.Decide(new(Zhao, Review.Reject, Reason, IsOwn: false), after).Value!);
            rejected.Metadata.SaysTheSameAs(App).ShouldBeTrue();
            rejected.Waits.ShouldBeFalse();
        }
    }

    public static TheoryData<string, object> WhatHoldsAtOnce() => new()
    {
        { "fewer redirect addresses", App with { RedirectUris = ["https://noodles.example/b"] } },
        { "fewer scopes", App with { Scopes = ["openid"] } },
        { "fewer grant types", App with { GrantTypes = ["authorization_code"] } },
        { "other logout address", App with { BackchannelLogoutUri = "https://noodles.example/logout" } },
        { "other address of events", App with { SecurityEventsUri = "https://noodles.example/events" } },
        { "other signature", App with { IdTokenAlgorithm = "RS256" } },
        { "stricter requests", App with { RequiresPushedRequests = true } },
        { "no address after signing out", App with { PostLogoutRedirectUris = [] } },
    };

    [Theory]
    [MemberData(nameof(WhatHoldsAtOnce))]
    public void Of_an_approved_client_having_less_and_keeping_its_own_house_holds_at_once(string what, object metadata)
    {
        var waiting = Approved.After([new ClientChangeProposed(App with { Name = "Other" })]);
        var after = waiting.After(ChangeClient.Decide(new((ClientMetadata)metadata, null, false), waiting).Value!);
        after.Metadata.ShouldBe((ClientMetadata)metadata, what);
        after.Proposed.ShouldBeNull();
    }

    [Fact]
    public void Wanting_again_what_is_takes_back_what_waits_and_wanting_what_waits_changes_nothing()
    {
        var other = App with { Name = "Other" };
        var waiting = Approved.After([new ClientChangeProposed(other)]);
        ChangeClient.Decide(new(other with { RedirectUris = [.. other.RedirectUris] }, null, false), waiting).Value.ShouldBe([]);
        ChangeClient.Decide(new(App with { Scopes = [.. App.Scopes] }, null, false), waiting).Value.ShouldBe([new ClientChangeWithdrawn()]);
        ChangeClient.Decide(new(App, null, false), Approved).Value.ShouldBe([]);
    }

    [Fact]
    public void What_nobody_approved_is_changed_at_once_and_a_rejected_client_waits_again()
    {
        var other = App with { Name = "Other", RedirectUris = ["https://other.example/"] };
        foreach (var client in (RegisteredClient[])[Pending, Rejected])
        {
            var after = client.After(ChangeClient.Decide(new(other, null, false), client).Value!);
            (after.Metadata, after.Status).ShouldBe((other, ClientStatus.Pending));
        }
    }

    [Fact]
    public void A_sub_stays_no_change_leads_an_approved_client_into_another_sector()
    {
        var moved = App with { RedirectUris = ["https://moved.example/"] };
        ChangeClient.Decide(new(moved, null, false), Approved).Rejection!.Code.ShouldBe(ChangeClient.SectorWouldChange);
        var vouched = moved with { SectorIdentifierUri = "https://noodles.example/sector.json" };
        ChangeClient.Decide(new(vouched, null, false), Approved).Value.ShouldBe([new ClientChangeProposed(vouched)]);
        var elsewhere = moved with { SectorIdentifierUri = "https://moved.example/sector.json" };
        ChangeClient.Decide(new(elsewhere, null, false), Approved).Rejection!.Code.ShouldBe(ChangeClient.SectorWouldChange);
    }

    [Fact]
    public void A_sector_is_the_host_that_speaks_for_the_addresses_or_their_one_host_or_the_client_itself()
    {
        Sectors.Of(Id, App).ShouldBe("noodles.example");
        Sectors.Of(Id, App with { SectorIdentifierUri = "https://Group.example/s.json" }).ShouldBe("group.example");
        Sectors.Of(Id, App with { RedirectUris = [] }).ShouldBe(Id);
        // What everybody's machine is called is nobody's host.
        var native = App with { ApplicationType = ClientMetadata.Native, RedirectUris = ["http://127.0.0.1/", "example.noodles:/back"] };
        Sectors.Of(Id, native).ShouldBe(Id);
        Sectors.Keeps(Id, Id, native with { RedirectUris = ["https://noodles.example/app"] }).ShouldBeTrue();
        Sectors.Keeps(Id, Id, native with { SectorIdentifierUri = "https://group.example/s.json" }).ShouldBeFalse();
    }

    [Fact]
    public void After_a_rotation_both_secrets_are_there_and_a_third_would_end_one_in_use()
    {
        var rotated = Approved.After(RotateSecret.Decide(new("aGFzaC0y", TimeSpan.FromHours(24)), Approved, Now).Value!);
        rotated.Secrets.ShouldBe([new SecretHash("aGFzaC0y", null), new SecretHash("aGFzaC0x", Now.AddHours(24))]);
        Rotate(rotated, TimeSpan.FromHours(24), Now.AddHours(24).AddTicks(-1)).Rejection!.Code.ShouldBe(RotateSecret.Overlapping);
        Rotate(rotated, TimeSpan.FromHours(24), Now.AddHours(24)).Succeeded.ShouldBeTrue();

        // Whoever lost a secret need not wait.
        var ended = rotated.After(Rotate(rotated, TimeSpan.Zero, Now).Value!);
        ended.Secrets.ShouldBe([new SecretHash("aGFzaC0z", null), new SecretHash("aGFzaC0y", Now)]);
        rotated.After(RotateSecret.DecideEnd(rotated).Value!).Secrets.ShouldBe([new SecretHash("aGFzaC0y", null)]);
        RotateSecret.DecideEnd(Approved).Value.ShouldBe([]);

        static Outcome<object[]> Rotate(RegisteredClient client, TimeSpan keep, DateTimeOffset at) =>
            RotateSecret.Decide(new("aGFzaC0z", keep), client, at);
    }

    [Fact]
    public void A_client_without_a_secret_gets_one_once_it_wants_to_use_one_and_loses_it_with_the_method()
    {
        var keys = Pending.After([new ClientDetailsChanged(App with { AuthenticationMethod = "none" }), new ClientApproved(Zhao, "noodles.example", Reason)]);
        keys.Secrets.ShouldBeEmpty();
        RotateSecret.Decide(new("aGFzaC0y", TimeSpan.Zero), keys, Now).Rejection!.Code.ShouldBe(RotateSecret.NoSecret);
        var wants = keys.After([new ClientChangeProposed(App)]);
        var has = wants.After(RotateSecret.Decide(new("aGFzaC0y", TimeSpan.Zero), wants, Now).Value!);
        has.After([new ClientChangeApproved(Zhao, Reason)]).Secrets.ShouldBe([new SecretHash("aGFzaC0y", null)]);
    }

    [Fact]
    public void An_operator_decides_on_what_is_there_to_decide_and_again_changes_nothing()
    {
        Decide(Review.Approve, Pending).Value.ShouldBe([new ClientApproved(Zhao, "noodles.example", Reason)]);
        Decide(Review.Reject, Pending).Value.ShouldBe([new ClientRejected(Zhao, Reason)]);
        Decide(Review.Suspend, Approved).Value.ShouldBe([new ClientSuspended(Zhao, Reason)]);
        Decide(Review.Reinstate, Suspended).Value.ShouldBe([new ClientReinstated(Zhao, Reason)]);
        Decide(Review.Suspend, Suspended).Value.ShouldBe([]);
        Decide(Review.Reinstate, Approved).Value.ShouldBe([]);
        foreach (var (what, client) in (IEnumerable<(Review, RegisteredClient)>)
            [(Review.Approve, Approved), (Review.Reject, Approved), (Review.Approve, Rejected), (Review.Suspend, Pending), (Review.Reinstate, Rejected), (Review.Approve, Suspended)])
        {
            Decide(what, client).Rejection!.Code.ShouldBe(ReviewClient.NothingToDecide, $"{what} {client.Status}");
        }
    }

    [Theory]
    [InlineData(Review.Approve, ReviewClient.Own)]
    [InlineData(Review.Reinstate, ReviewClient.Own)]
    [InlineData(Review.Reject, null)]
    [InlineData(Review.Suspend, null)]
    public void An_operator_lets_nothing_in_that_is_their_own(Review what, string? refusal)
    {
        foreach (var client in what is Review.Approve or Review.Reject ? (RegisteredClient[])[Pending, Waiting] : [what == Review.Suspend ? Approved : Suspended])
            (ReviewClient.Decide(new(Zhao, what, Reason, IsOwn: true), client).Rejection?.Code).ShouldBe(refusal, $"{what} {client.Status}");
    }

    [Fact]
    public void Nothing_is_approved_for_which_nobody_answers_any_more_but_it_can_be_suspended()
    {
        ReviewClient.Decide(new(Zhao, Review.Approve, Reason: null, IsOwn: false), Pending).Rejection!.Code.ShouldBe(ReviewClient.OwnerGone);
        ReviewClient.Decide(new(Zhao, Review.Suspend, Reason: null, IsOwn: false), Approved).Value.ShouldBe([new ClientSuspended(Zhao, null)]);
    }

    [Fact]
    public void What_was_given_up_takes_nothing_any_more_and_keeps_no_secret()
    {
        Retired.Secrets.ShouldBeEmpty();
        ChangeClient.Decide(new(App, null, false), Retired).Rejection!.Code.ShouldBe(RegisteringClients.Unknown);
        RotateSecret.Decide(new("x", TimeSpan.Zero), Retired, Now).Rejection!.Code.ShouldBe(RegisteringClients.Unknown);
        RotateSecret.DecideEnd(Retired).Rejection!.Code.ShouldBe(RegisteringClients.Unknown);
        Decide(Review.Reinstate, Retired).Rejection!.Code.ShouldBe(RegisteringClients.Unknown);
        Decide(Review.Suspend, RegisteredClient.Fold.Initial).Rejection!.Code.ShouldBe(RegisteringClients.Unknown);
    }

    private static Outcome<object[]> Decide(Review what, RegisteredClient client) => ReviewClient.Decide(new(Zhao, what, Reason, IsOwn: false), client);

    private static RegisteredClient After(params object[] events) => RegisteredClient.Fold.Initial.After(events);
}
