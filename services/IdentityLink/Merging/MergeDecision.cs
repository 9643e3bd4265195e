using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Hutong.IdentityLink.Linking;
using Hutong.IdentityLink.Persons;

namespace Hutong.IdentityLink.Merging;

/// <summary>
/// What a merge, or its undoing, writes to the streams of two persons: one has more or less of what is there, the other
/// nothing or their own again.
/// </summary>
/// <param name="Holder">The person who keeps everything in a merge, and gives back in its undoing.</param>
/// <param name="Other">The person who is absorbed, and restored.</param>
/// <param name="HolderEvent">For the holder's stream.</param>
/// <param name="OtherEvent">For the other's stream.</param>
/// <param name="Moved">The accounts that change hands.</param>
public sealed record MergeDecision(
    Loaded<Person> Holder, Loaded<Person> Other, object HolderEvent, object OtherEvent, IReadOnlyList<HeldAccount> Moved)
{
    /// <summary>The proved account is nobody's or the person's own: there is nobody to merge with.</summary>
    public const string NothingToMerge = "nothing_to_merge";

    /// <summary>No such merge holds.</summary>
    public const string UnknownMerge = "merge_unknown";

    /// <summary>One of the two would be left without an account that lets them in.</summary>
    public const string LeavesNoWayIn = "split_leaves_no_way_in";

    /// <summary>The holder as they will be.</summary>
    public Person HolderAfter => Holder.State.After([HolderEvent]);

    /// <summary>The other as they will be.</summary>
    public Person OtherAfter => Other.State.After([OtherEvent]);

    /// <summary>Decides a merge of two persons who proved to be the same human.</summary>
    public static Outcome<MergeDecision> Merge(Guid mergeId, Loaded<Person> primary, Loaded<Person> secondary)
    {
        if (!primary.State.IsActive || !secondary.State.IsActive)
            return new Rejection(LinkDecision.UnknownPerson);
        if (primary.State.Id == secondary.State.Id)
            return new Rejection(NothingToMerge);
        return new MergeDecision(
            primary, secondary,
            new PersonAbsorbed(mergeId, secondary.State.Id, secondary.State.Has),
            new MergedIntoPerson(mergeId, primary.State.Id),
            secondary.State.Has.Accounts);
    }

    /// <summary>
    /// Decides the undoing of a merge, whatever came after it: other merges too, of which this may be a part.
    /// </summary>
    /// <param name="mergeId">The merge.</param>
    /// <param name="holder">Who has everything now.</param>
    /// <param name="absorbed">Who was absorbed by that merge.</param>
    /// <param name="ways">Which accounts let somebody in.</param>
    public static Outcome<MergeDecision> Undo(Guid mergeId, Loaded<Person> holder, Loaded<Person> absorbed, WaysIn ways)
    {
        var absorbedId = absorbed.State.Id;
        if (!holder.State.IsActive)
            return new Rejection(LinkDecision.UnknownPerson);
        if (!holder.State.Has.Absorptions.Any(merge => merge.MergeId == mergeId && merge.From == absorbedId))
            return new Rejection(UnknownMerge);
        var (theirs, rest) = holder.State.Has.Divide(absorbedId);
        if (!ways.LeadIn(theirs.Accounts.Select(held => held.Account)) || !ways.LeadIn(rest.Accounts.Select(held => held.Account)))
            return new Rejection(LeavesNoWayIn);
        return Separate(mergeId, holder, absorbed);
    }

    /// <summary>Gives somebody who was absorbed back what came with them, whether or not that leads anybody in.</summary>
    public static MergeDecision Separate(Guid mergeId, Loaded<Person> holder, Loaded<Person> absorbed)
    {
        var (theirs, _) = holder.State.Has.Divide(absorbed.State.Id);
        return new MergeDecision(
            holder, absorbed,
            new PersonReleased(mergeId, absorbed.State.Id, [.. theirs.Accounts.Select(held => held.Account)]),
            new PersonRestored(mergeId, holder.State.Id, theirs),
            theirs.Accounts);
    }
}
