using Hutong.EventStore.Commands;
using Hutong.EventStore.PersonalData.Erasures;

namespace Hutong.Attribution.Identities;

/// <summary>Forgets what persons did again in a restored copy.</summary>
internal sealed class ReplayingErasures(ForgettingIdentities forgetting, CommandRunner runner) : IReplayErasures
{
    public Task<Outcome<bool>> Erase(Erasure erasure, IReadOnlySet<Guid> everybody, CancellationToken cancellation) => runner.Run<bool>(
        async cancellation =>
        {
            var work = await forgetting.Forget(erasure.PersonId, erasure.ErasedAt, cancellation);
            return new(work.Appends.Count > 0, work);
        },
        cancellation);
}
