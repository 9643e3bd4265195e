using System.Security.Claims;
using System.Text.Json.Serialization;
using Hutong.EventStore;
using Hutong.EventStore.PersonalData;
using Hutong.ServiceDefaults.Authentication;

namespace Hutong.SocialFeed.Authors;

/// <summary>An author who is about to write: their state, their key, and what must be stored with a first post.</summary>
/// <param name="Stream">The author's stream as loaded.</param>
/// <param name="Key">The key their words are sealed with; null when the author was erased.</param>
/// <param name="Rows">The key's row for a new author, and the name shown beside their posts.</param>
public sealed record WritingAuthor(Loaded<Author> Stream, PersonKey? Key, IReadOnlyList<RowWrite> Rows);

/// <summary>Loads authors with the keys that their words are sealed with.</summary>
public sealed class AuthorKeys(IEventStore store, PersonKeys keys)
{
    /// <summary>The names shown beside posts.</summary>
    internal static Table<AuthorRow> Authors { get; } = new("author", AuthorJson.Default.AuthorRow, "person_id");

    /// <summary>Loads the caller as an author; the name comes from the internal token.</summary>
    public async Task<WritingAuthor> Load(ClaimsPrincipal caller, CancellationToken cancellation)
    {
        var personId = caller.PersonId();
        var stream = await store.Load(Author.Fold, Author.StreamOf(personId), cancellation: cancellation);
        var name = Authors.Upsert(new AuthorRow(personId, caller.FindFirstValue("nickname")));
        if (stream.Exists)
            return new WritingAuthor(stream, await keys.Find(personId, cancellation), [name]);
        var (key, row) = keys.Create(personId);
        return new WritingAuthor(stream, key, [row, name]);
    }
}

internal sealed record AuthorRow(Guid PersonId, string? Nickname);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(AuthorRow))]
internal sealed partial class AuthorJson : JsonSerializerContext;
