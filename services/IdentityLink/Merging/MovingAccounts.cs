using Hutong.EventStore;
using Hutong.IdentityLink.Persons;

namespace Hutong.IdentityLink.Merging;

/// <summary>What goes from one person to the other with a merge or its undoing: the accounts, and the rows of links and subjects.</summary>
public sealed class MovingAccounts(IEventStore store, LinkedAccounts accounts)
{
    /// <summary>Adds it to the unit of work that holds the events of the two persons.</summary>
    public async Task<UnitOfWork> With(UnitOfWork work, MergeDecision decision, bool toHolder, CancellationToken cancellation)
    {
        var (holder, other) = (decision.Holder.State, decision.Other.State);
        var (from, to) = toHolder ? (other.Id, holder.Id) : (holder.Id, other.Id);
        work = work
            .With(SubjectRows.Difference(holder, decision.HolderAfter))
            .With(SubjectRows.Difference(other, decision.OtherAfter));
        foreach (var name in decision.Moved.SelectMany(held => held.Names))
        {
            var account = await store.Load(Account.Fold, name, cancellation: cancellation);
            work = work.With(account.Append(new AccountMoved(from, to)));
        }
        var moved = decision.Moved.Select(held => held.Account).ToHashSet(StringComparer.Ordinal);
        var rows = (await accounts.Of(from, cancellation)).Where(row => moved.Contains(row.Account));
        return work.With([.. rows.Select(row => LinkedAccounts.Row(row with { PersonId = to }))]);
    }
}
