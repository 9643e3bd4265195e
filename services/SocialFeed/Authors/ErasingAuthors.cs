using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Hutong.EventStore.PersonalData;
using Hutong.SocialFeed.Posting;
using Npgsql;

namespace Hutong.SocialFeed.Authors;

/// <summary>
/// Forgets authors: their key goes, and with it their name and words. That somebody said something, and who passed it on,
/// stays. The database keeps words and names beside keys only, so that a post committed in the same moment is either
/// forgotten with the others or refused.
/// </summary>
internal sealed class ErasingAuthors(IEventStore store, NpgsqlDataSource database)
{
    private const int Batch = 1_000;

    private const string WordsSql =
        "delete from post_text where post_id in (select post_id from post_text where author_id = $1 limit $2)";

    /// <summary>What forgets an author; empty when that is done.</summary>
    public async Task<UnitOfWork> Erase(Guid personId, DateTimeOffset erasedAt, CancellationToken cancellation)
    {
        var author = await store.Load(Author.Fold, Author.StreamOf(personId), cancellation: cancellation);
        var events = author.State.Erase(personId, erasedAt);
        if (events.Count == 0)
            return UnitOfWork.Empty;
        await ForgetWords(personId, cancellation);
        // The name before the key, as whoever writes them: two commits take their locks in one order.
        return UnitOfWork.Empty
            .With(author.Append(events))
            .With(IdempotentCommands.Forget(PostCommands.ScopeOf(personId)))
            .With(AuthorKeys.Authors.Delete(new(personId, null)), PersonKeys.Erase(personId));
    }

    /// <summary>The bulk of what was said, batch by batch, so that the commit which erases is a small one; it takes what is left.</summary>
    private async Task ForgetWords(Guid personId, CancellationToken cancellation)
    {
        int forgotten;
        do
        {
            await using var command = database.CreateCommand(WordsSql);
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = personId });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = Batch });
            forgotten = await command.ExecuteNonQueryAsync(cancellation);
        }
        while (forgotten == Batch);
    }
}
