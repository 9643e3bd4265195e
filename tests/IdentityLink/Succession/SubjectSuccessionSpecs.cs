using Hutong.EventStore;
using Hutong.IdentityLink.Linking;
using Hutong.IdentityLink.Merging;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Platforms;
using Hutong.IdentityLink.Succession;
using Microsoft.Extensions.Options;

namespace Hutong.IdentityLink.Tests.Succession;

/// <summary>Given persons with subs in a sector, what a merge or its undoing means there. Nothing runs.</summary>
public sealed class SubjectSuccessionSpecs
{
    private const string Sector = "partner";

    [Fact]
    public void Of_two_subs_in_one_sector_that_of_the_one_who_stays_succeeds_the_other_until_the_undoing()
    {
        var merge = Merge(Somebody("mine"), Somebody("theirs"));

        SubjectSuccession.Of(merge).ShouldBe([new(Sector, "theirs", "mine", Holds: false)]);
        SubjectSuccession.Of(Undo(merge)).ShouldBe([new(Sector, "theirs", "mine", Holds: true)]);
    }

    [Fact]
    public void A_sector_that_knows_one_of_the_two_or_neither_hears_nothing()
    {
        foreach (var (holder, other) in ((string?, string?)[])[("mine", null), (null, "theirs"), (null, null)])
        {
            var merge = Merge(Somebody(holder), Somebody(other));
            SubjectSuccession.Of(merge).ShouldBeEmpty();
            SubjectSuccession.Of(Undo(merge)).ShouldBeEmpty();
        }
    }

    [Fact]
    public void The_holder_whose_sub_goes_back_with_its_owner_is_known_by_the_one_that_waited()
    {
        var first = Merge(Somebody(null), Somebody("first"));
        var second = Merge(new("holder", first.HolderAfter, 1), Somebody("second"));

        SubjectSuccession.Of(second).ShouldBe([new(Sector, "second", "first", Holds: false)]);
        var undo = Undo(second, of: first);
        SubjectSuccession.Of(undo).ShouldBe([new(Sector, "second", "first", Holds: true)]);
        (undo.HolderAfter.SubjectIn(Sector), undo.OtherAfter.SubjectIn(Sector)).ShouldBe(("second", "first"));
    }

    private static MergeDecision Merge(Loaded<Person> holder, Loaded<Person> other) =>
        MergeDecision.Merge(Guid.CreateVersion7(), holder, other).Value!;

    private static MergeDecision Undo(MergeDecision merged, MergeDecision? of = null) => MergeDecision.Undo(
        ((PersonAbsorbed)(of ?? merged).HolderEvent).MergeId,
        merged.Holder with { State = merged.HolderAfter },
        (of ?? merged).Other with { State = (of ?? merged).OtherAfter },
        new WaysIn(new KnownPlatforms([]), Options.Create(new LinkingOptions()), TimeProvider.System)).Value!;

    private static Loaded<Person> Somebody(string? subject)
    {
        var id = Guid.CreateVersion7();
        object[] events = [new PersonRegistered(id, "passkey"), new AccountLinked(id, $"account-passkey:{id}", "passkey", default, null)];
        return new(
            Person.StreamOf(id),
            Person.Fold.Initial.After(subject is null ? events : [.. events, new SubjectAssigned(Sector, subject)]),
            events.Length);
    }
}
