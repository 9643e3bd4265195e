using Hutong.EventStore.Commands;
using Hutong.EventStore.PersonalData.Erasures;

namespace Hutong.SocialFeed.Authors;

/// <summary>Forgets authors again in a restored copy.</summary>
internal sealed class ReplayingErasures(ErasingAuthors erasing, CommandRunner runner) : IReplayErasures
{
    public Task<Outcome<bool>> Erase(Erasure erasure, IReadOnlySet<Guid> everybody, CancellationToken cancellation) => runner.Run<bool>(
        async cancellation =>
        {
            var work = await erasing.Erase(erasure.PersonId, erasure.ErasedAt, cancellation);
            return new(work.Appends.Count > 0, work);
        },
        cancellation);
}
