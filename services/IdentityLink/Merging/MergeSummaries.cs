using Hutong.IdentityLink.Persons;
using Hutong.IdentityLink.Provider;
using Hutong.IdentityLink.Sessions;

namespace Hutong.IdentityLink.Merging;

/// <summary>One side of a merge in words: what it brings, and what ends if it is the one that is absorbed.</summary>
/// <param name="Accounts">Its accounts.</param>
/// <param name="Consents">Names of the partners it agreed to.</param>
/// <param name="Sessions">Its signed-in browsers.</param>
/// <param name="EndingAt">Names of the partners who know both sides, and would know this one by the other's <c>sub</c>.</param>
public sealed record MergeSummary(
    IReadOnlyList<LinkedAccount> Accounts, IReadOnlyList<string> Consents, long Sessions, IReadOnlyList<string> EndingAt);

/// <summary>Looks up what a merge or its undoing means for either side.</summary>
public sealed class MergeSummaries(LinkedAccounts accounts, Reach reach, Clients clients)
{
    /// <summary>A side as it is.</summary>
    public async Task<MergeSummary> Of(Person person, Person beside, CancellationToken cancellation) => new(
        await accounts.Of(person.Id, cancellation),
        Partners(person),
        (await reach.OfPerson(person.Id, cancellation)).Sessions,
        [.. clients.All
            .Where(client => !client.IsSite && client.Sectors.Any(sector => person.SubjectIn(sector) is not null && beside.SubjectIn(sector) is not null))
            .Select(client => client.Name).Distinct()]);

    /// <summary>A side as it will be when a merge is undone. Its accounts are the holder's until then.</summary>
    public async Task<MergeSummary> After(MergeDecision undo, Person side, CancellationToken cancellation)
    {
        var kept = side.Accounts.ToHashSet(StringComparer.Ordinal);
        var all = await accounts.Of(undo.Holder.State.Id, cancellation);
        return new([.. all.Where(account => kept.Contains(account.Account))], Partners(side), 0, []);
    }

    private string[] Partners(Person person) =>
        [.. person.Has.Consents.Select(held => clients.NameOf(held.ClientId)).Distinct()];
}
