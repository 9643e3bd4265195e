using System.Security.Claims;
using Hutong.EventStore;
using Hutong.EventStore.Commands;
using Hutong.ServiceDefaults.Authentication;
using Hutong.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hutong.SocialFeed.Authors;

/// <summary><c>PUT</c> and <c>DELETE /feed/following/{authorId}</c>: idempotent by their nature.</summary>
internal static class FollowAuthor
{
    public static void Map(IEndpointRouteBuilder feed)
    {
        feed.MapPut("/following/{authorId:guid}", Follow);
        feed.MapDelete("/following/{authorId:guid}", Unfollow);
    }

    private static Task<Results<NoContent, ProblemHttpResult>> Follow(
        Guid authorId, ClaimsPrincipal caller, FollowCommands commands, ProblemTable problems, CancellationToken cancellation) =>
        Answer(commands.Follow(caller, authorId, cancellation), problems);

    private static Task<Results<NoContent, ProblemHttpResult>> Unfollow(
        Guid authorId, ClaimsPrincipal caller, FollowCommands commands, ProblemTable problems, CancellationToken cancellation) =>
        Answer(commands.Unfollow(caller, authorId, cancellation), problems);

    private static async Task<Results<NoContent, ProblemHttpResult>> Answer(Task<Outcome<Guid>> command, ProblemTable problems)
    {
        var outcome = await command;
        return outcome.Succeeded ? TypedResults.NoContent() : problems.Answer(outcome.Rejection);
    }
}

/// <summary>Follows and unfollows.</summary>
internal sealed class FollowCommands(CommandRunner runner, IEventStore store, AuthorKeys authors, TimeProvider time)
{
    public Task<Outcome<Guid>> Follow(ClaimsPrincipal caller, Guid authorId, CancellationToken cancellation) => runner.Run<Guid>(
        async token =>
        {
            if (!(await store.Load(Author.Fold, Author.StreamOf(authorId), cancellation: token)).Exists)
                return new Rejection(FeedProblems.AuthorUnknown);
            var author = await authors.Load(caller, token);
            if (author.Key is null)
                return new Rejection(FeedProblems.AuthorErased);
            var followed = author.Stream.State.Follow(caller.PersonId(), authorId, time.GetUtcNow());
            return followed.Succeeded ? Store(author, caller.PersonId(), followed.Value) : followed.Rejection;
        },
        cancellation);

    public Task<Outcome<Guid>> Unfollow(ClaimsPrincipal caller, Guid authorId, CancellationToken cancellation) => runner.Run<Guid>(
        async token =>
        {
            var author = await authors.Load(caller, token);
            if (author.Key is null)
                return new Rejection(FeedProblems.AuthorErased);
            return Store(author, caller.PersonId(), author.Stream.State.Unfollow(caller.PersonId(), authorId, time.GetUtcNow()));
        },
        cancellation);

    private Decision<Guid> Store(WritingAuthor author, Guid personId, IReadOnlyList<object> events)
    {
        if (events.Count == 0)
            return new Decision<Guid>(personId);
        var append = author.Stream.Append([.. author.Stream.State.Join(personId, time.GetUtcNow()), .. events]);
        return new Decision<Guid>(personId, UnitOfWork.Empty.With(append).With(author.Rows) with
        {
            Headers = new EventHeaders(Actor: personId.ToString()),
        });
    }
}
