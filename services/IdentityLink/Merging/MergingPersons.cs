using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Hutong.IdentityLink.Linking;
using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Receipts;
using Hutong.IdentityLink.Recovering;
using Hutong.IdentityLink.Sessions;
using Hutong.IdentityLink.Succession;
using Microsoft.Extensions.Options;

namespace Hutong.IdentityLink.Merging;

/// <summary>Merge the person who is signed in with the owner of an account that they proved.</summary>
/// <param name="Proved">The account.</param>
/// <param name="KeepOther">Whether the owner of the account is the one who stays; otherwise the one who is signed in.</param>
/// <param name="SignIn">With what the person last proved who they are.</param>
public sealed record MergePersons(ProvedAccount Proved, bool KeepOther, AccountProof SignIn);

/// <summary>Undo a merge of the person who is signed in.</summary>
/// <param name="MergeId">The merge.</param>
/// <param name="SignIn">With what the person last proved who they are.</param>
public sealed record UndoMerge(Guid MergeId, AccountProof SignIn);

/// <summary>
/// Carries out merges and their undoing, each as one unit of work over both persons and every account that changes
/// hands, all at the version read: whoever else writes to any of them makes it decide again.
/// </summary>
public sealed class MergingPersons(
    IEventStore store, CommandRunner runner, MovingAccounts moving, WaysIn ways, EndingSessions ending, IssuingReceipts receipts,
    SubjectNotices subjectNotices, IOptions<LinkingOptions> options, TimeProvider time)
{
    /// <summary>Merges two persons.</summary>
    /// <returns>What was decided, or a rejection of <see cref="MergeDecision"/> or <see cref="LinkDecision"/>.</returns>
    public Task<Outcome<MergeDecision>> Merge(Guid personId, MergePersons command, CancellationToken cancellation)
    {
        var mergeId = Guid.CreateVersion7();
        var evidence = new Evidence(command.SignIn, new(command.Proved.Account, command.Proved.ProvedAt), ConfirmedText.Merge);
        return Carry(
            personId, NoticeKind.Merged, evidence, cancellation => Preview(mergeId, personId, command, cancellation), cancellation);
    }

    /// <summary>What a merge would do, and nothing is done.</summary>
    public Task<Outcome<MergeDecision>> Preview(Guid personId, MergePersons command, CancellationToken cancellation) =>
        Preview(Guid.Empty, personId, command, cancellation);

    /// <summary>Undoes a merge.</summary>
    /// <returns>What was decided, or a rejection of <see cref="MergeDecision"/> or <see cref="LinkDecision"/>.</returns>
    public Task<Outcome<MergeDecision>> Undo(Guid personId, UndoMerge command, CancellationToken cancellation) =>
        Carry(
            personId, NoticeKind.Split, new Evidence(command.SignIn, Proved: null, ConfirmedText.Split),
            cancellation => Preview(personId, command, cancellation), cancellation);

    /// <summary>What undoing a merge would do, and nothing is done.</summary>
    public async Task<Outcome<MergeDecision>> Preview(Guid personId, UndoMerge command, CancellationToken cancellation)
    {
        if (!IsFresh(command.SignIn))
            return new Rejection(LinkDecision.NotFresh);
        var holder = await Load(personId, cancellation);
        return holder.State.Has.Absorptions.FirstOrDefault(merge => merge.MergeId == command.MergeId) is { } merge
            ? MergeDecision.Undo(merge.MergeId, holder, await Load(merge.From, cancellation), ways)
            : new Rejection(MergeDecision.UnknownMerge);
    }

    private async Task<Outcome<MergeDecision>> Preview(
        Guid mergeId, Guid personId, MergePersons command, CancellationToken cancellation)
    {
        if (!IsFresh(command.SignIn))
            return new Rejection(LinkDecision.NotFresh);
        var account = await AccountNames.Read(store, [command.Proved.Account, .. command.Proved.Aliases], cancellation);
        var other = account.Owner == personId ? account.OtherOwner : account.Owner;
        if (other is not { } otherId)
            return new Rejection(MergeDecision.NothingToMerge);
        var (me, them) = (await Load(personId, cancellation), await Load(otherId, cancellation));
        if (((Loaded<Person>[])[me, them]).Any(one => RecoverDecision.Holds(one.State, time.GetUtcNow(), options.Value)))
            return new Rejection(RecoverDecision.Recent);
        return command.KeepOther ? MergeDecision.Merge(mergeId, them, me) : MergeDecision.Merge(mergeId, me, them);
    }

    /// <summary>Commits what is decided; whoever was signed in by an account that changed hands is not, and their clients hear of it.</summary>
    private async Task<Outcome<MergeDecision>> Carry(
        Guid actor, NoticeKind kind, Evidence evidence, Func<CancellationToken, Task<Outcome<MergeDecision>>> decide, CancellationToken cancellation)
    {
        var outcome = await runner.Run(
            async cancellation =>
            {
                var decision = await decide(cancellation);
                return new Decision<MergeDecision>(
                    decision, decision.Succeeded ? await Work(actor, decision.Value, kind, evidence, cancellation) : null);
            },
            cancellation);
        if (outcome.Succeeded)
            await ending.EndBroken([outcome.Value.Holder.State.Id, outcome.Value.Other.State.Id], cancellation);
        return outcome;
    }

    private bool IsFresh(AccountProof signIn) => time.GetUtcNow() - signIn.At <= options.Value.FreshFor;

    private Task<Loaded<Person>> Load(Guid personId, CancellationToken cancellation) =>
        store.Load(Person.Fold, Person.StreamOf(personId), cancellation: cancellation);

    private async Task<UnitOfWork> Work(
        Guid actor, MergeDecision decision, NoticeKind kind, Evidence evidence, CancellationToken cancellation)
    {
        var (holder, other) = (decision.Holder.State, decision.Other.State);
        var now = time.GetUtcNow();
        var toPartners = await subjectNotices.Of(decision, cancellation);
        var work = new UnitOfWork { Headers = new(Actor: actor.ToString()) }
            .With(decision.Holder.Append(await receipts.With(holder, [decision.HolderEvent, .. toPartners], evidence, cancellation)))
            .With(decision.Other.Append(await receipts.With(other, [decision.OtherEvent], evidence, cancellation)))
            .With([.. toPartners.Select(SubjectNotices.Row)])
            .With(Notices.Of(holder.Id, kind, null, now), Notices.Of(other.Id, kind, null, now));
        return await moving.With(work, decision, toHolder: kind == NoticeKind.Merged, cancellation);
    }
}
