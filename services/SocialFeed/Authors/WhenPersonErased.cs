using Hutong.Contracts;
using Hutong.EventStore;
using Hutong.EventStore.PersonalData;
using Hutong.Messaging;
using Hutong.SocialFeed.Posting;
using Npgsql;

namespace Hutong.SocialFeed.Authors;

/// <summary>
/// Forgets an author: their name and words go from the read models, and the key of their sealed words with them. That
/// somebody said something, and who passed it on, stays.
/// </summary>
internal sealed class WhenPersonErased(NpgsqlDataSource database) : IHandle<PersonErased>
{
    private const string PostsSql = """
        select post_id, product_id, parent_id, root_id, depth, published_at, version from post
        where author_id = $1 and text is not null
        """;

    public async Task<UnitOfWork> Handle(PersonErased message, Delivery delivery, CancellationToken cancellation) =>
        UnitOfWork.Append(Author.StreamOf(message.PersonId), Expected.Any, new AuthorErased(message.PersonId, message.ErasedAt))
            .With(PersonKeys.Erase(message.PersonId), AuthorKeys.Authors.Delete(new(message.PersonId, null)))
            .With(await WithoutWords(message.PersonId, cancellation));

    private async Task<IReadOnlyList<RowWrite>> WithoutWords(Guid personId, CancellationToken cancellation)
    {
        var rows = new List<RowWrite>();
        await using var command = database.CreateCommand(PostsSql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = personId });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(PostRows.Posts.Upsert(new(
                reader.GetGuid(0), personId, null, reader.IsDBNull(1) ? null : reader.GetString(1),
                reader.IsDBNull(2) ? null : reader.GetGuid(2), reader.GetGuid(3), reader.GetInt32(4),
                reader.GetFieldValue<DateTimeOffset>(5), reader.GetInt64(6))));
        }
        return rows;
    }
}
